public import Pixels

extension RGBImage {
    /// The image with the histogram of each channel made as even as integers allow, bit for bit as Pillow's
    /// `ImageOps.equalize` does it. A channel of a single value stays as it is.
    public func equalized() -> RGBImage {
        var result = self
        for channel in 0..<3 {
            guard let table = EqualizingTable(histogram(ofChannel: channel)) else { continue }
            for index in stride(from: channel, to: result.pixels.count, by: 3) {
                result.pixels[index] = table[result.pixels[index]]
            }
        }
        return result
    }

    private func histogram(ofChannel channel: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        for index in stride(from: channel, to: pixels.count, by: 3) { counts[Int(pixels[index])] += 1 }
        return counts
    }
}

extension Plane<UInt8> {
    /// The same for a grey plane.
    public func equalized() -> Plane<UInt8> {
        var counts = [Int](repeating: 0, count: 256)
        for value in values { counts[Int(value)] += 1 }
        guard let table = EqualizingTable(counts) else { return self }
        return Plane(width: width, height: height, values: values.map { table[$0] })
    }
}

/// New value by old value.
private struct EqualizingTable {
    private let values: [UInt8]

    /// Nil where the image is to stay as it is.
    init?(_ counts: [Int]) {
        guard let brightest = counts.last(where: { $0 > 0 }) else { return nil }
        // The brightest value that occurs does not count: what lies below it is spread over 255 steps.
        let step = (counts.reduce(0, +) - brightest) / 255
        guard step > 0 else { return nil }
        var below = step / 2
        values = counts.map { count in
            defer { below += count }
            return UInt8(min(below / step, 255))
        }
    }

    subscript(value: UInt8) -> UInt8 { values[Int(value)] }
}
