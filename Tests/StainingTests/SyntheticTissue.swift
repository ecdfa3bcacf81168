import Foundation
import Kernels
import Pixels
import Staining

/// Images with known stains, drawn pixel by pixel from a seed.
enum SyntheticTissue {
    static let matrix = StainMatrix(SIMD3(0.60, 0.72, 0.35), SIMD3(0.20, 0.90, 0.38)) ?? .ruifrok

    /// Tissue of two stains: codes uniform up to the given maxima, a third of the pixels with one stain only.
    ///
    /// - Parameter background: share of white pixels.
    static func image(
        width: Int = 96, height: Int = 96, seed: UInt64 = 1, hematoxylin: Double = 1.5, eosin: Double = 1.2,
        background: Double = 0.2, matrix: StainMatrix = matrix
    ) -> RGBImage {
        var generator = SeededGenerator(seed: seed)
        return drawn(width: width, height: height) { _ in
            if generator.nextUnit() < background { return .white }
            let kind = generator.nextUnit()
            let first = kind < 1.0 / 6 ? 0 : generator.nextUnit() * hematoxylin
            let second = kind > 5.0 / 6 ? 0 : generator.nextUnit() * eosin
            return color(density: first * matrix.hematoxylin + second * matrix.eosin)
        }
    }

    /// Every pixel drawn independently from `color`, which is given the pixel's number.
    static func drawn(width: Int, height: Int, _ color: (Int) -> RGBColor) -> RGBImage {
        var image = RGBImage(width: width, height: height)
        for pixel in 0..<image.pixelCount { image[pixel % width, pixel / width] = color(pixel) }
        return image
    }

    static func color(density: SIMD3<Double>) -> RGBColor {
        let values = (0..<3).map { UInt8((255 * exp(-density[$0])).rounded()) }
        return RGBColor(red: values[0], green: values[1], blue: values[2])
    }
}
