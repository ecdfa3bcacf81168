import Kernels

/// Memory for extracting the features of one square image at a time; owned by one worker, reused for every
/// image.
public struct FeaturePass: ~Copyable {
    public let extractor: PerceptualExtractor
    /// Side of the image in pixels.
    public let side: Int
    private let features: FloatStorage
    private let offsets: [Int]
    private var current: FloatStorage
    private var result: FloatStorage
    private let scratch: ConvolutionScratch

    public init(_ extractor: PerceptualExtractor, side: Int) {
        self.extractor = extractor
        self.side = side
        var offset = 0
        offsets = extractor.taps.map { tap in
            defer { offset += extractor.shape(at: tap, side: side).count }
            return offset
        }
        features = FloatStorage(count: offset)
        var largest = side * side * 3
        var demand = ConvolutionScratch.Demand()
        for (index, block) in extractor.blocks.enumerated() {
            let side = side >> index
            for kernel in block {
                demand.include(kernel, on: MapShape(height: side, width: side, channels: kernel.inputs))
                largest = max(largest, side * side * kernel.outputs)
            }
        }
        current = FloatStorage(count: largest)
        result = FloatStorage(count: largest)
        scratch = ConvolutionScratch(demand)
    }

    /// Extracts the features of `image`: side x side pixels of 3 or 1 `channels` (NHWC), values in [-1, 1].
    public mutating func run(_ image: UnsafePointer<Float>, channels: Int) {
        precondition(channels == 1 || channels == 3, "image of \(channels) channels")
        normalize(image, channels: channels)
        var source = UnsafePointer(current.pointer)
        var tap = 0
        for (index, block) in extractor.blocks.enumerated() {
            let side = side >> index
            for (number, kernel) in block.enumerated() {
                let shape = MapShape(height: side, width: side, channels: kernel.inputs)
                let isTap = extractor.taps[tap] == FeatureTap(block: index + 1, convolution: number + 1)
                let target = isTap ? features.pointer + offsets[tap] : result.pointer
                convolve(source, shape: shape, with: kernel, scratch: scratch, into: target, rectified: true)
                source = UnsafePointer(target)
                if isTap {
                    tap += 1
                } else {
                    swap(&current, &result)
                }
                if tap == extractor.taps.count { return }
            }
            let channels = block.last?.outputs ?? 0
            let shape = MapShape(height: side, width: side, channels: channels)
            // `source` is `current` or a tap's features, never `result`.
            maximumPool2x2(source, shape: shape, into: result.pointer)
            swap(&current, &result)
            source = UnsafePointer(current.pointer)
        }
    }

    /// Maps [-1, 1] to [0, 1] and normalizes by ImageNet's statistics; grey is repeated.
    private func normalize(_ image: UnsafePointer<Float>, channels: Int) {
        for channel in 0..<3 {
            let mean = PerceptualExtractor.imageNetMean[channel]
            let deviation = PerceptualExtractor.imageNetDeviation[channel]
            let source = image + (channels == 3 ? channel : 0)
            for pixel in 0..<(side * side) {
                current.pointer[pixel * 3 + channel] =
                    (source[pixel * channels] * 0.5 + 0.5 - mean) / deviation
            }
        }
    }

    /// The features at tap number `index` of the last image, NHWC.
    func features(at index: Int) -> UnsafePointer<Float> {
        UnsafePointer(features.pointer + offsets[index])
    }

    /// A copy of the raw features at `tap` (NHWC, before normalization), empty if the tap is not extracted.
    public func values(at tap: FeatureTap) -> [Float] {
        guard let index = extractor.taps.firstIndex(of: tap) else { return [] }
        let count = extractor.shape(at: tap, side: side).count
        return [Float](UnsafeBufferPointer(start: features(at: index), count: count))
    }
}
