public import Pixels

extension RGBImage {
    /// Shrinks by an integer factor: each output pixel is the rounded mean of a `factor` x `factor` block;
    /// blocks at the right and lower border may be smaller. Output size is rounded up.
    public func areaAveraged(by factor: Int) -> RGBImage {
        precondition(factor > 0, "shrinking by \(factor)")
        if factor == 1 { return self }
        let columns = (width + factor - 1) / factor
        let rows = (height + factor - 1) / factor
        var result = RGBImage(width: columns, height: rows)
        var sums = [Int](repeating: 0, count: columns * 3)
        for row in 0..<rows {
            for index in sums.indices { sums[index] = 0 }
            let lines = (row * factor)..<min((row + 1) * factor, height)
            for y in lines {
                var offset = y * width * 3
                for x in 0..<width {
                    let cell = x / factor * 3
                    sums[cell] += Int(pixels[offset])
                    sums[cell + 1] += Int(pixels[offset + 1])
                    sums[cell + 2] += Int(pixels[offset + 2])
                    offset += 3
                }
            }
            for column in 0..<columns {
                let count = lines.count * (min((column + 1) * factor, width) - column * factor)
                for channel in 0..<3 {
                    let mean = (sums[column * 3 + channel] + count / 2) / count
                    result.pixels[(row * columns + column) * 3 + channel] = UInt8(mean)
                }
            }
        }
        return result
    }
}
