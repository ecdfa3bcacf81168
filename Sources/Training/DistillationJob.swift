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
    /// Bytes of prepared images, all sets together.
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
        let sets = try await sets()
        let teacher = try ExtractorSource.load(.vgg19, file: teacher)
        return try await OwnThread(label: "distillation").run {
            try distill(teacher, sets, progress)
        }
    }

    /// Prepared images of every listing at every field, raw and stain-normalized; a tenth held out.
    private func sets() async throws -> DistillationSets {
        let target = try stainTarget.map {
            try StainTargetSource.image($0.path).load(match: .vahadane, relativeTo: nil)
        }
        let preparer = DistillationPreparer(memoryLimit: memoryLimit, workers: workers)
        var sets = DistillationSets()
        for path in data {
            let parts = try await HoldOut.divide(
                ImageListing.find(path), fraction: 0.1, seed: settings.seed, workers: workers)
            for field in fields {
                sets.append(try await preparer.pair(parts, field: field, beside: sets))
                guard let target else { continue }
                do {
                    sets.append(try await preparer.pair(parts, field: field, stain: target, beside: sets))
                } catch {
                    guard DistillationPreparer.isLackOfStain(error) else { throw error }
                }
            }
        }
        guard !sets.training.isEmpty else { throw PreparationError.nothingLeft(total: 0, bad: []) }
        return sets
    }

    private func distill(
        _ teacher: ExtractorSource, _ sets: DistillationSets, _ progress: (Int, Float) -> Void
    ) throws -> Report {
        let crops = MixedCrops(sets.training, side: side, seed: settings.seed)
        let distillation = try Distillation(
            settings, teacher: teacher, training: crops, team: WorkerTeam(count: workers))
        try distillation.run(progress)
        let others = MixedCrops(sets.heldOut, side: side, seed: settings.seed)
        let variance = distillation.explainedVariance(others, batches: 25)
        return try write(distillation, images: sets.training.reduce(0) { $0 + $1.count }, variance)
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
