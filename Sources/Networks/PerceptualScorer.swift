import Kernels
public import Pixels

/// Scores crops with an autoencoder and a perceptual distance: the higher, the more unusual.
///
/// Owned by ONE worker: it holds the scratch memory, allocated here once, so that scoring allocates nothing.
/// Weights are shared by all scorers. One crop is one fixed sequence of operations (batch 1), so its score
/// depends neither on the number of workers nor on what was scored before.
public final class PerceptualScorer {
    public let autoencoder: Autoencoder
    public let distance: PerceptualDistance
    private let image: FloatStorage
    private var networks: AutoencoderPass
    private var inputFeatures: FeaturePass
    private var outputFeatures: FeaturePass

    public init(_ autoencoder: Autoencoder, _ distance: PerceptualDistance) {
        self.autoencoder = autoencoder
        self.distance = distance
        let side = autoencoder.architecture.resolution
        image = FloatStorage(count: autoencoder.imageShape.count)
        networks = AutoencoderPass(autoencoder)
        inputFeatures = FeaturePass(distance.extractor, side: side)
        outputFeatures = FeaturePass(distance.extractor, side: side)
    }

    /// Side in pixels of the crops that are scored.
    public var side: Int { autoencoder.architecture.resolution }

    /// The relative perceptual L1 between a crop and its reconstruction. The crop has the model's size;
    /// values become v / 127.5 - 1. A grey model takes the luma of the crop, (19595 R + 38470 G + 7471 B) /
    /// 65536 rounded.
    public func score(_ crop: RGBImage) throws(ScoringError) -> Float {
        try check(crop.width, crop.height)
        let pixels = autoencoder.imageShape.pixels
        crop.pixels.withUnsafeBufferPointer { bytes in
            if autoencoder.architecture.imageChannels == 3 {
                for index in 0..<(3 * pixels) { image.pointer[index] = Self.signed(bytes[index]) }
            } else {
                for index in 0..<pixels {
                    let red = 19595 * Int(bytes[3 * index])
                    let luma = red + 38470 * Int(bytes[3 * index + 1]) + 7471 * Int(bytes[3 * index + 2])
                    image.pointer[index] = Self.signed(UInt8((luma + 32768) >> 16))
                }
            }
        }
        return try scoreImage()
    }

    /// The score of a grey crop; an RGB model takes it repeated to three channels.
    public func score(_ crop: Plane<UInt8>) throws(ScoringError) -> Float {
        try check(crop.width, crop.height)
        let channels = autoencoder.architecture.imageChannels
        crop.values.withUnsafeBufferPointer { bytes in
            for index in 0..<(bytes.count * channels) {
                image.pointer[index] = Self.signed(bytes[index / channels])
            }
        }
        return try scoreImage()
    }

    /// The score of an image given as floats in [-1, 1], NHWC, with the model's size and channels.
    public func score(_ values: [Float]) throws(ScoringError) -> Float {
        precondition(values.count == image.count, "\(values.count) values for an image of \(image.count)")
        values.withUnsafeBufferPointer { buffer in
            for index in buffer.indices { image.pointer[index] = buffer[index] }
        }
        return try scoreImage()
    }

    private func check(_ width: Int, _ height: Int) throws(ScoringError) {
        guard width == side, height == side else {
            throw .wrongSize(width: width, height: height, expected: side)
        }
    }

    private static func signed(_ byte: UInt8) -> Float { Float(byte) / 127.5 - 1 }

    private func scoreImage() throws(ScoringError) -> Float {
        let channels = autoencoder.architecture.imageChannels
        networks.run(image.pointer)
        inputFeatures.run(image.pointer, channels: channels)
        outputFeatures.run(networks.reconstruction.pointer, channels: channels)
        return try distance.between(inputFeatures, outputFeatures)
    }

    /// The code of the last crop, NHWC.
    public var latent: [Float] { networks.latent.values(autoencoder.latentShape.count) }

    /// The reconstruction of the last crop, NHWC, neither clamped nor rounded.
    public var reconstruction: [Float] { networks.reconstruction.values(autoencoder.imageShape.count) }

    /// Raw features of the last crop at a tap, NHWC.
    public func features(at tap: FeatureTap) -> [Float] { inputFeatures.values(at: tap) }

    /// Raw features of the last reconstruction at a tap, NHWC.
    public func reconstructedFeatures(at tap: FeatureTap) -> [Float] { outputFeatures.values(at: tap) }
}
