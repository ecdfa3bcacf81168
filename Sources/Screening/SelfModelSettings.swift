/// How much of a slide is learned for `--model self`, and for how long: with the seed of the run, everything that
/// decides the model of a given slide.
public struct SelfModelSettings: Sendable, Equatable, Codable {
    /// What a user types for `--model`.
    public static let name = "self"

    /// Fewer images are not worth training on, and fewer scores make no percentiles.
    static let fewestTraining = 24
    static let fewestHeldOut = 8

    /// Most places that are trained on.
    public var trainingCells: Int
    /// Most cells that are held out, up to a whole neighborhood more.
    public var heldOutCells: Int
    /// Fewer places half a crop apart (64 µm) with tissue are too few to tell what the majority looks like.
    public var minimumPlaces: Int
    /// Updates with the perceptual loss.
    public var iterations: Int
    /// Updates on pixels alone before them.
    public var warmup: Int
    public var learningRate: Double
    /// Images of an update.
    public var batch: Int

    public init(
        trainingCells: Int = 480, heldOutCells: Int = 120, minimumPlaces: Int = 100, iterations: Int = 500,
        warmup: Int = 40, learningRate: Double = 0.01, batch: Int = 8
    ) {
        self.trainingCells = trainingCells
        self.heldOutCells = heldOutCells
        self.minimumPlaces = minimumPlaces
        self.iterations = iterations
        self.warmup = warmup
        self.learningRate = learningRate
        self.batch = batch
    }
}
