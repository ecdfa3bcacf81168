internal import Flow
public import Foundation
internal import Networks
internal import Records
internal import Staining
internal import Tensors

/// A distillation from the user's files to the extractor's file.
public struct DistillationJob: Sendable {
    public var settings = Distillation.Settings()
    /// Folders of images or manifests; of these all training rows that are labeled normal.
    public var data: [String]
    /// VGG19's weights.
    public var teacher: URL
    public var output: String
    /// Sides in pixels to which whole images are resized before crops are taken.
    public var fields = [96, 160]
    /// Side of the crops.
    public var side = 64
    /// If given, every colored image takes part a second time, stain-normalized to this image.
    public var stainTarget: URL?
    public var memoryLimit = 8 << 30
    public var workers = CoreCount.available

    public init(data: [String], teacher: URL, output: String) {
        self.data = data
        self.teacher = teacher
        self.output = output
    }

    /// What came of it.
    public struct Report: Sendable, Codable {
        public let extractor: String
        public let sha256: String
        public let images: Int
        public let updates: Int
        /// On images that were not trained on.
        public let explainedVariance: Double
    }

    /// Header key of the settings in the extractor's file.
    static let settingsKey = "wsi_screen_distillation"

    public func run(_ progress: @escaping @Sendable (Int, Float) -> Void) async throws -> Report {
        let (training, heldOut) = try await sets()
        let teacher = try ExtractorSource.load(.vgg19, file: teacher)
        return try await OwnThread(label: "distillation").run {
            try distill(teacher, training, heldOut, progress)
        }
    }

    /// Prepared images of every listing at every field, raw and stain-normalized; a tenth held out.
    private func sets() async throws -> (training: [PreparedImages], heldOut: [PreparedImages]) {
        let target = try stainTarget.map {
            try StainTargetSource.image($0.path).load(match: .vahadane, relativeTo: nil)
        }
        var (training, heldOut): ([PreparedImages], [PreparedImages]) = ([], [])
        for path in data {
            let parts = try await HoldOut.divide(
                ImageListing.find(path), fraction: 0.1, seed: settings.seed, workers: workers)
            for field in fields {
                for stain in [nil, target].prefix(target == nil ? 1 : 2) {
                    // Grey images have no stain: all of them are bad then, and the set is left out.
                    guard let images = try? await prepared(parts.training, field, stain),
                        let others = try? await prepared(parts.heldOut, field, stain)
                    else { continue }
                    training.append(images)
                    heldOut.append(others)
                }
            }
        }
        guard !training.isEmpty else { throw PreparationError.nothingLeft(total: data.count, bad: []) }
        return (training, heldOut)
    }

    private func prepared(
        _ images: [ImageListing.Image], _ field: Int, _ target: StainTarget?
    ) async throws -> PreparedImages {
        let stain = StainRecipe(method: .vahadane, match: .vahadane, scope: .tile, dictionaryStep: 2)
        let recipe = Recipe(
            tile: field, tileResolution: nil, crop: field, input: field, resampling: .pillowBilinear,
            stain: target == nil ? nil : stain, color: .rgb)
        return try await PreparedImages.prepare(
            images, with: ImagePreparation(recipe: recipe, target: target), layout: .field(side: field),
            memoryLimit: memoryLimit, maximumBad: .fraction(0.5), workers: workers)
    }

    private func distill(
        _ teacher: ExtractorSource, _ training: [PreparedImages], _ heldOut: [PreparedImages],
        _ progress: (Int, Float) -> Void
    ) throws -> Report {
        let crops = MixedCrops(training, side: side, seed: settings.seed)
        let distillation = try Distillation(
            settings, teacher: teacher, training: crops, team: WorkerTeam(count: workers))
        try distillation.run(progress)
        let others = MixedCrops(heldOut, side: side, seed: settings.seed)
        let variance = distillation.explainedVariance(others, batches: 25)
        return try write(distillation, images: training.reduce(0) { $0 + $1.count }, variance)
    }

    private func write(_ distillation: Distillation, images: Int, _ variance: Double) throws -> Report {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let metadata = [
            ExtractorSource.recordKey: String(
                decoding: try encoder.encode(distillation.record), as: UTF8.self),
            Self.settingsKey: String(decoding: try encoder.encode(settings), as: UTF8.self),
        ]
        let bytes = SafetensorsWriter.encode(distillation.tensors, metadata: metadata)
        try AtomicFile.write(bytes, to: output)
        return Report(
            extractor: output, sha256: Checksum.sha256(bytes), images: images, updates: settings.updates,
            explainedVariance: variance)
    }
}
