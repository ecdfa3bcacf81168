public import Pixels

extension RGBImage {
    /// The image with the histogram of each channel made as even as integers allow, bit for bit as Pillow's
    /// `ImageOps.equalize` does it. A channel of a single value stays as it is.
    public func equalized() -> RGBImage {
        var result = self
        for channel in 0..<3 {
            guard let table = Self.equalizingTable(histogram(ofChannel: channel)) else { continue }
            for index in stride(from: channel, to: result.pixels.count, by: 3) {
                result.pixels[index] = table[Int(result.pixels[index])]
            }
        }
        return result
    }

    private func histogram(ofChannel channel: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        for index in stride(from: channel, to: pixels.count, by: 3) { counts[Int(pixels[index])] += 1 }
        return counts
    }

    /// New value by old value; nil where the image is to stay as it is.
    private static func equalizingTable(_ counts: [Int]) -> [UInt8]? {
        guard let brightest = counts.last(where: { $0 > 0 }) else { return nil }
        // The brightest value that occurs does not count: what lies below it is spread over 255 steps.
        let step = (counts.reduce(0, +) - brightest) / 255
        guard step > 0 else { return nil }
        var below = step / 2
        return counts.map { count in
            defer { below += count }
            return UInt8(min(below / step, 255))
        }
    }
}
