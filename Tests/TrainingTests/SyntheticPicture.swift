import Foundation
import ImageFiles
import Kernels
import Pixels
import Training

/// The pictures of `compare_pillow.py`.
func picture(_ width: Int, _ height: Int) -> RGBImage {
    var bytes: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            bytes.append(UInt8(40 + x * 170 / width + 9 * ((x / 5 + y / 7) % 3)))
            bytes.append(UInt8(30 + y * 150 / height + x * y % 23))
            bytes.append(UInt8(90 + (x + 2 * y) * 60 / (width + 2 * height) + (x * x + y) % 11))
        }
    }
    return RGBImage(width: width, height: height, pixels: bytes)
}

/// Something like stained tissue: two colors in varying amounts on white.
func tissue(side: Int, seed: UInt64) -> RGBImage {
    var random = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    for _ in 0..<(side * side) {
        let (a, b) = (1.2 * random.nextUnit(), 0.9 * random.nextUnit())
        for (first, second) in [(0.65, 0.10), (0.70, 0.95), (0.29, 0.28)] {
            bytes.append(UInt8((255 * exp(-(a * first + b * second))).rounded()))
        }
    }
    return RGBImage(width: side, height: side, pixels: bytes)
}

/// Images whose every pixel tells image, row and column (the channel adds nothing).
func numberedImages(_ count: Int, side: Int, channels: Int) -> PreparedImages {
    var bytes: [UInt8] = []
    for image in 0..<count {
        for row in 0..<side {
            for column in 0..<side {
                for channel in 0..<channels {
                    bytes.append(UInt8(truncatingIfNeeded: image * 31 + row * 16 + column + channel * 101))
                }
            }
        }
    }
    return PreparedImages(
        side: side, channels: channels, names: (0..<count).map { "image \($0)" }, pixels: bytes)
}

extension PreparedImages {
    func bytes(of index: Int) -> [UInt8] { withPixels(of: index) { Array($0) } }
}
