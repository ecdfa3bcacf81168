public import Tensors

/// Computes the features of batches of square images; owned by one thread, reused for every batch.
public final class FeatureReader {
    public let extractor: PerceptualExtractor
    /// Images of a batch.
    public let batch: Int
    /// Where the next batch goes: [batch, side, side, channels] in [-1, 1].
    public let images: UnsafeMutableBufferPointer<Float>
    private let program: Program
    private let maps: [Value]

    /// - Parameters:
    ///   - side: of the images, in pixels.
    ///   - channels: 3, or 1 for grey images.
    public init(
        _ extractor: PerceptualExtractor, batch: Int = 1, side: Int, channels: Int,
        team: WorkerTeam = WorkerTeam(count: 1)
    ) {
        precondition(channels == 1 || channels == 3, "images of \(channels) channels")
        self.extractor = extractor
        self.batch = batch
        let graph = Graph()
        let input = graph.input("images", [batch, side, side, channels])
        maps = extractor.features(of: input, in: graph)
        program = Program(maps, team: team)
        guard let images = program.leaf("images") else { preconditionFailure("features without images") }
        self.images = images
    }

    /// Computes the features of ``images``.
    public func run() { program.run() }

    /// The raw features of the last batch at tap number `index`, [batch, h, w, c].
    public func features(at index: Int) -> UnsafeBufferPointer<Float> { program.result(maps[index]) }

    /// The raw features of one image at `tap`, [h, w, c]; empty if the tap is not extracted. For a reader
    /// with batch 1.
    public func features(of image: [Float], at tap: FeatureTap) -> [Float] {
        guard let index = extractor.taps.firstIndex(of: tap) else { return [] }
        precondition(image.count == images.count, "\(image.count) values for images of \(images.count)")
        _ = images.update(from: image)
        run()
        return [Float](features(at: index))
    }
}
