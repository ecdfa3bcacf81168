/// A piece of work that ``NetworkBenchmark`` measures.
public enum BenchmarkTask: String, Sendable, CaseIterable, Codable {
    /// VGG19 down to relu4_2 on 16 images of 64 px.
    case features64 = "features-64"
    /// VGG19 down to relu4_2 on 8 images of 128 px.
    case features128 = "features-128"
    /// One training step as for Camelyon16 (Shvetsova et al. 2021) on 32 images: features of the images, their
    /// reconstruction, its features, loss, derivatives, and Adam's update.
    case trainingStep = "training-step"
    /// One training step as for CIFAR-10, on 128 images of 32 px with 32 channels and relu3_2.
    case smallTrainingStep = "training-step-cifar"
    /// The score of one crop with the built-in model, on one thread: a scorer belongs to one worker.
    case scoring

    /// The tasks that are measured when none is named.
    public static let usual: [BenchmarkTask] = [.features64, .features128, .trainingStep, .scoring]

    /// Images of one run.
    public var images: Int {
        switch self {
        case .features64: 16
        case .features128: 8
        case .trainingStep: 32
        case .smallTrainingStep: 128
        case .scoring: 1
        }
    }
}

/// How long one task takes here and now.
public struct BenchmarkTiming: Sendable, Codable {
    public let task: BenchmarkTask
    public let threads: Int
    public let repetitions: Int
    public let images: Int
    /// Median over the repetitions.
    public let medianMilliseconds: Double
    public let imagesPerSecond: Double
    /// The extractor's multiplications and additions by definition, divided by the time: an algorithm that does
    /// with fewer shows as more. In training the features of the images, of the reconstructions and the
    /// derivatives count, and nothing of the small autoencoder. Nil for scoring, whose extractor is small too.
    public let effectiveGigaflops: Double?
    /// Highest resident memory of the process while the task was prepared and run. Earlier tasks of the same
    /// process add what they left behind.
    public let peakMegabytes: Double?
}
