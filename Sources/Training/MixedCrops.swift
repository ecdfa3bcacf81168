internal import Kernels
internal import Pixels

/// Random crops from several sets of images, each set equally often, some of them blurred: what a perceptual
/// extractor has to cope with, since reconstructions are blurred, too.
///
/// A crop depends on the seed and its number alone.
public struct MixedCrops: Sendable {
    /// Side of the crops in pixels.
    public let side: Int
    private let sets: [PreparedImages]
    private let seed: UInt64

    /// Part of the crops that are blurred.
    private static let blurred = 0.2
    /// Sides to which crops are shrunk and enlarged again.
    private static let blurredSides = [8, 16, 32]

    /// - Precondition: every set has images of at least `side` pixels.
    public init(_ sets: [PreparedImages], side: Int, seed: UInt64) {
        precondition(
            !sets.isEmpty && sets.allSatisfy { $0.count > 0 && $0.side >= side }, "crops of \(side) px")
        self.sets = sets
        self.side = side
        self.seed = seed
    }

    /// Writes a batch [batch, side, side, 3] in [-1, 1].
    func fill(step: Int, batch: Int, into target: UnsafeMutablePointer<Float>) {
        for slot in 0..<batch {
            var generator = SeededGenerator(seed: SeededGenerator.hash(seed, first: step, second: slot))
            let crop = crop(&generator)
            let base = target + slot * side * side * 3
            for index in crop.pixels.indices { base[index] = PixelScale.signed(crop.pixels[index]) }
        }
    }

    private func crop(_ generator: inout SeededGenerator) -> RGBImage {
        let set = sets[generator.next(in: 0..<sets.count)]
        let image = set.image(generator.next(in: 0..<set.count))
        let room = image.width - side
        var crop = image.cropped(
            to: PixelRect(
                x: generator.next(in: 0..<(room + 1)), y: generator.next(in: 0..<(room + 1)), width: side,
                height: side))
        if generator.nextUnit() < Self.blurred {
            crop = blur(crop, through: Self.blurredSides[generator.next(in: 0..<Self.blurredSides.count)])
        }
        return generator.next() >> 63 == 1 ? mirrored(crop) : crop
    }

    private func blur(_ image: RGBImage, through small: Int) -> RGBImage {
        let shrunk = BilinearResampler(
            inputWidth: side, inputHeight: side, outputWidth: small, outputHeight: small
        ).resample(image)
        return BilinearResampler(
            inputWidth: small, inputHeight: small, outputWidth: side, outputHeight: side
        ).resample(shrunk)
    }

    private func mirrored(_ image: RGBImage) -> RGBImage {
        var result = image
        for row in 0..<side {
            for column in 0..<side {
                for channel in 0..<3 {
                    result.pixels[(row * side + column) * 3 + channel] =
                        image.pixels[(row * side + side - 1 - column) * 3 + channel]
                }
            }
        }
        return result
    }
}
