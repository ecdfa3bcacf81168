#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
public import Pixels

/// Separable triangle-filter resampling whose support widens when shrinking (antialiasing), in the 22-bit
/// fixed-point arithmetic that Pillow's `Image.resize(BILINEAR)` uses, so that pixels equal Pillow's. Rows come
/// first, as in every Pillow up to 12; Pillow 13 takes columns first for some sizes and may differ by one there.
///
/// A value is made once for a size pair and used for many images.
public struct BilinearResampler: Sendable {
    public let inputWidth: Int
    public let inputHeight: Int
    public let outputWidth: Int
    public let outputHeight: Int
    private let horizontal: [Taps]
    private let vertical: [Taps]

    /// Weights of the input samples `start ..< start + weights.count` for one output sample, scaled by 2^22.
    private struct Taps: Sendable {
        let start: Int
        let weights: [Int32]
    }

    public init(inputWidth: Int, inputHeight: Int, outputWidth: Int, outputHeight: Int) {
        precondition(min(inputWidth, inputHeight, outputWidth, outputHeight) > 0, "resampling an empty image")
        self.inputWidth = inputWidth
        self.inputHeight = inputHeight
        self.outputWidth = outputWidth
        self.outputHeight = outputHeight
        horizontal = Self.taps(input: inputWidth, output: outputWidth)
        vertical = Self.taps(input: inputHeight, output: outputHeight)
    }

    /// Resamples `image`, whose size must be the one this value was made for.
    public func resample(_ image: RGBImage) -> RGBImage {
        check(image.width, image.height)
        if inputWidth == outputWidth && inputHeight == outputHeight { return image }
        let narrow = alongRows(ofColors: image.pixels)
        return RGBImage(
            width: outputWidth, height: outputHeight,
            pixels: alongColumns(narrow, rowBytes: outputWidth * 3))
    }

    /// Resamples a grey `plane`, whose size must be the one this value was made for; the result is that of an image
    /// with the plane in all three channels.
    public func resample(_ plane: Plane<UInt8>) -> Plane<UInt8> {
        check(plane.width, plane.height)
        if inputWidth == outputWidth && inputHeight == outputHeight { return plane }
        let narrow = alongRows(ofGrey: plane.values)
        return Plane(
            width: outputWidth, height: outputHeight, values: alongColumns(narrow, rowBytes: outputWidth))
    }

    private func check(_ width: Int, _ height: Int) {
        precondition(
            width == inputWidth && height == inputHeight,
            "\(width) x \(height) pixels for a resampler of \(inputWidth) x \(inputHeight)")
    }

    private func alongRows(ofGrey source: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: outputWidth * inputHeight) { target, count in
            source.withUnsafeBufferPointer { source in
                for y in 0..<inputHeight {
                    for (x, taps) in horizontal.enumerated() {
                        var sum = Self.half
                        let start = y * inputWidth + taps.start
                        for (offset, weight) in taps.weights.enumerated() {
                            sum &+= Int32(source[start + offset]) &* weight
                        }
                        target[y * outputWidth + x] = Self.clip(sum)
                    }
                }
            }
            count = outputWidth * inputHeight
        }
    }

    private func alongRows(ofColors source: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: outputWidth * inputHeight * 3) { target, count in
            source.withUnsafeBufferPointer { source in
                for y in 0..<inputHeight {
                    let row = y * inputWidth * 3
                    for (x, taps) in horizontal.enumerated() {
                        var red = Self.half
                        var green = Self.half
                        var blue = Self.half
                        var offset = row + taps.start * 3
                        for weight in taps.weights {
                            red &+= Int32(source[offset]) &* weight
                            green &+= Int32(source[offset + 1]) &* weight
                            blue &+= Int32(source[offset + 2]) &* weight
                            offset += 3
                        }
                        let output = (y * outputWidth + x) * 3
                        target[output] = Self.clip(red)
                        target[output + 1] = Self.clip(green)
                        target[output + 2] = Self.clip(blue)
                    }
                }
            }
            count = outputWidth * inputHeight * 3
        }
    }

    private func alongColumns(_ source: [UInt8], rowBytes: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: rowBytes * outputHeight) { target, count in
            var sums = [Int32](repeating: 0, count: rowBytes)
            for (y, taps) in vertical.enumerated() {
                for index in sums.indices { sums[index] = Self.half }
                for (step, weight) in taps.weights.enumerated() {
                    let row = (taps.start + step) * rowBytes
                    for index in sums.indices { sums[index] &+= Int32(source[row + index]) &* weight }
                }
                for index in sums.indices { target[y * rowBytes + index] = Self.clip(sums[index]) }
            }
            count = rowBytes * outputHeight
        }
    }

    private static let fractionBits: Int32 = 22
    private static let half: Int32 = 1 << (fractionBits - 1)

    private static func clip(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> fractionBits, 0), 255))
    }

    private static func taps(input: Int, output: Int) -> [Taps] {
        let scale = Double(input) / Double(output)
        let support = max(scale, 1)
        return (0..<output).map { index in
            let center = (Double(index) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(input, Int(center + support + 0.5))
            let raw = (start..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) / support)) }
            let total = raw.reduce(0, +)
            let weights = raw.map { weight in
                Int32((weight / total * Double(1 << fractionBits)).rounded(.toNearestOrAwayFromZero))
            }
            return Taps(start: start, weights: weights)
        }
    }
}
