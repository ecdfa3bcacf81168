internal import Foundation
internal import Networks
internal import Staining
internal import Training

/// All images of a search as one kind of input needs them: read, stain-normalized and resized once for all trials and
/// folds that share it.
struct PreparedSearchImages: Sendable {
    /// Of each normal image, its place among the prepared ones; nil for those that cannot be used.
    private let places: [Int?]
    private let anomalyPlaces: [Int?]
    /// As they are trained on.
    private let fields: PreparedImages
    /// Whether that is as they are scored.
    private let sharesCrops: Bool
    /// As they are scored.
    private let crops: PreparedImages
    private let anomalies: PreparedImages
    let stainTarget: StainTarget?
    /// Images that cannot be used.
    let bad: [BadImage]

    init(
        _ data: SearchData, for configuration: TrainingConfiguration, target: StainTarget?, memoryLimit: Int,
        maximumBad: BadImageAllowance, workers: Int,
        progress: @escaping @Sendable (PreparationProgress) -> Void
    ) async throws {
        stainTarget = target
        let preparation = ImagePreparation(recipe: configuration.input.recipe, target: target)
        let images = data.normals
        var left = memoryLimit
        func prepare(
            _ images: [ImageListing.Image], _ layout: PreparedImages.Layout
        ) async throws -> PreparedImages {
            // How many may be bad is decided about all together.
            let prepared = try await PreparedImages.prepare(
                images, with: preparation, layout: layout, memoryLimit: left, maximumBad: .count(.max),
                workers: workers, progress: progress)
            left -= prepared.count * prepared.bytesPerImage
            return prepared
        }
        crops = try await prepare(images, .scored)
        let layout = configuration.trainingLayout
        sharesCrops = layout == .scored
        fields = sharesCrops ? crops : try await prepare(images, layout)
        anomalies =
            data.anomalies.isEmpty
            ? crops.part([]) : try await prepare(data.anomalies.map(\.image), .scored)
        let total = images.count + data.anomalies.count
        bad = crops.bad + anomalies.bad
        guard maximumBad.allows(bad.count, of: total) else {
            throw PreparationError.tooManyBad(count: bad.count, total: total, first: Array(bad.prefix(3)))
        }
        // What cannot be used is left out of both layouts alike: the defects are those of the tile.
        let known = Dictionary(uniqueKeysWithValues: zip(crops.names, crops.names.indices))
        places = images.map { known[$0.name] }
        let knownAnomalies = Dictionary(
            uniqueKeysWithValues: zip(anomalies.names, anomalies.names.indices))
        anomalyPlaces = data.anomalies.map { knownAnomalies[$0.image.name] }
        guard fields.names == crops.names else {
            throw SearchError.changingImages
        }
    }

    /// Memory that the images take.
    var bytes: Int {
        let own = sharesCrops ? 0 : fields.count * fields.bytesPerImage
        return own + crops.count * crops.bytesPerImage + anomalies.count * anomalies.bytesPerImage
    }

    /// Normal images as they are trained on, by their indices in the search's data.
    func training(_ normals: [Int]) -> PreparedImages { fields.part(normals.compactMap { places[$0] }) }

    /// Normal images as they are scored, with their indices.
    func heldOut(_ normals: [Int]) -> (indices: [Int], images: PreparedImages) {
        let usable = normals.filter { places[$0] != nil }
        return (usable, crops.part(usable.compactMap { places[$0] }))
    }

    /// Anomalies as they are scored, with their indices.
    func judging(_ indices: [Int]) -> (indices: [Int], images: PreparedImages) {
        let usable = indices.filter { anomalyPlaces[$0] != nil }
        return (usable, anomalies.part(usable.compactMap { anomalyPlaces[$0] }))
    }
}

/// Why a search cannot go on.
public enum SearchError: Error, Equatable, CustomStringConvertible {
    /// Images were usable when they were read first, and not when they were read again.
    case changingImages
    /// No trial has a result.
    case allFailed(first: String)
    /// An experiment with finished trials finds some that are not.
    case unfinished(trials: Int, of: Int)
    case noSearch(path: String)
    case noTestImages
    /// Anomalies would decide which trials are finished, though none is to choose.
    case abandonsByAnomalies
    /// More is asked for than there is.
    case tooFew(what: String, wanted: Int, found: Int)

    public var description: String {
        switch self {
        case .changingImages: "the image files changed while they were read; run the search again"
        case .allFailed(let first): "no trial gave a model; the first failed because \(first)"
        case .noSearch(let path):
            "there is no search in '\(path)' to choose from: run it without --anomalies first"
        case .unfinished(let trials, let total):
            "\(trials) of \(total) trials are not finished: run the search without --anomalies first; it goes on where it was"
        case .abandonsByAnomalies:
            "abandon_behind compares trials by anomalies, but --criterion loss is to choose without any: take one of them out"
        case .noTestImages:
            "the manifest has no test rows with normal and abnormal images, by which choices could be judged"
        case .tooFew(let what, let wanted, let found):
            "\(wanted) \(what) are asked for, but there are \(found)"
        }
    }
}
