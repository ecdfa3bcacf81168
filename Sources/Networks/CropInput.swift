import Pixels

/// Where a crop is put to be scored: [side, side, channels], values v / 127.5 - 1.
public struct CropInput {
    public let side: Int
    /// 3, or 1 for grey models.
    public let channels: Int
    private let values: UnsafeMutableBufferPointer<Float>

    init(side: Int, channels: Int, _ values: UnsafeMutableBufferPointer<Float>) {
        precondition(values.count == side * side * channels, "\(values.count) values for \(side) px")
        self.side = side
        self.channels = channels
        self.values = values
    }

    /// A grey model takes the luma of the crop, (19595 R + 38470 G + 7471 B) / 65536 rounded.
    func write(_ crop: RGBImage) throws(ScoringError) {
        try check(crop.width, crop.height)
        crop.pixels.withUnsafeBufferPointer { bytes in
            guard channels == 1 else {
                for index in values.indices { values[index] = Self.signed(bytes[index]) }
                return
            }
            for index in values.indices {
                let red = 19595 * Int(bytes[3 * index])
                let luma = red + 38470 * Int(bytes[3 * index + 1]) + 7471 * Int(bytes[3 * index + 2])
                values[index] = Self.signed(UInt8((luma + 32768) >> 16))
            }
        }
    }

    /// An RGB model takes a grey crop repeated to three channels.
    func write(_ crop: Plane<UInt8>) throws(ScoringError) {
        try check(crop.width, crop.height)
        crop.values.withUnsafeBufferPointer { bytes in
            for index in values.indices { values[index] = Self.signed(bytes[index / channels]) }
        }
    }

    /// Floats in [-1, 1], with the model's size and channels.
    func write(_ crop: [Float]) {
        precondition(crop.count == values.count, "\(crop.count) values for an image of \(values.count)")
        _ = values.update(from: crop)
    }

    private func check(_ width: Int, _ height: Int) throws(ScoringError) {
        guard width == side, height == side else {
            throw .wrongSize(width: width, height: height, expected: side)
        }
    }

    private static func signed(_ byte: UInt8) -> Float { Float(byte) / 127.5 - 1 }
}
