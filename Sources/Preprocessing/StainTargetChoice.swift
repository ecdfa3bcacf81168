public import Camelyon
internal import Foundation
internal import ImageFiles
internal import Networks
internal import Pixels
internal import Screening
internal import Slides
public import Staining

/// Whose stain the tiles get.
public enum StainTargetChoice: Sendable, Equatable {
    /// The paper's: a region of slide normal_056.
    case paper
    case image(String)
    /// That of a built-in model, by name, or of a model file.
    case model(String)

    /// The paper's region, in level-0 pixels (dpa code: row 120832, column 23808).
    static let region = SlideRect(x: 23_808, y: 120_832, width: 2_816, height: 2_816)
    private static let slide = "normal_056"

    /// As users write it: `paper`, the name of a built-in model, a model file, or an image.
    public init(_ text: String) {
        if text == "paper" {
            self = .paper
        } else if BuiltInModels.names.contains(text) || text.hasSuffix(".safetensors") {
            self = .model(text)
        } else {
            self = .image(text)
        }
    }

    /// Estimates or loads the target.
    ///
    /// - Throws: ``StainTargetUnusable``.
    public func target(in dataset: CamelyonDataset, match: StainMatch) async throws -> TileCutSettings.Stain {
        do {
            switch self {
            case .paper:
                let image = try await Self.paperRegion(of: dataset)
                let area = Self.region
                return TileCutSettings.Stain(
                    match: match, target: StainTarget(try VahadaneFitter(match: match).fit(image, step: 1)),
                    source: "\(Self.slide), x \(area.x), y \(area.y), \(area.width) x \(area.height) px")
            case .image(let path):
                let image = try ImageFile.read(URL(fileURLWithPath: path))
                let name = (path as NSString).lastPathComponent
                return TileCutSettings.Stain(
                    match: match, target: StainTarget(try VahadaneFitter(match: match).fit(image, step: 1)),
                    source: "image \(name)")
            case .model(let name):
                let model = try LoadedModel.load(name).model
                guard let target = model.stainTarget else { throw NoTarget(model: model.record.name) }
                return TileCutSettings.Stain(
                    match: match, target: target, source: "model \(model.record.name) \(model.record.version)"
                )
            }
        } catch {
            throw StainTargetUnusable(choice: self, reason: "\(error)")
        }
    }

    private static func paperRegion(of dataset: CamelyonDataset) async throws -> RGBImage {
        guard let name = CamelyonSlideName(slide), let found = dataset[name] else { throw NoSlide() }
        _ = try SlidePreflight.check(found.path)
        let source = SlideSource(path: found.path)
        let description = try await source.describe()
        let bounds = SlideRect(x: 0, y: 0, width: description.width, height: description.height)
        guard region.intersection(bounds) == region, let level = description.levels.first else {
            throw NoSlide()
        }
        switch try await source.read(region, level: level) {
        case .pixels(let image): return image
        case .unread(let reason): throw Unread(reason: reason)
        }
    }

    private struct NoTarget: Error, CustomStringConvertible {
        let model: String
        var description: String { "the model '\(model)' normalizes no stains" }
    }

    private struct NoSlide: Error, CustomStringConvertible {
        var description: String { "the slide normal_056 of the release was not found, or is too small" }
    }

    private struct Unread: Error, CustomStringConvertible {
        let reason: String
        var description: String { "its region of normal_056 cannot be read (\(reason))" }
    }
}

/// The target's stain cannot be had.
public struct StainTargetUnusable: Error, CustomStringConvertible {
    public let choice: StainTargetChoice
    public let reason: String

    public var description: String {
        let name =
            switch choice {
            case .paper: "paper"
            case .image(let path): path
            case .model(let name): name
            }
        return
            "the stain target '\(name)' cannot be used: \(reason); give another with --stain-target (he-lung-demo, the "
            + "built-in model's; a model file; an image of well stained tissue), or leave the stain with --no-stain"
    }
}
