public import Foundation
internal import ImageFiles
internal import Networks
public import Staining

/// Where the look that stains are normalized to comes from.
public enum StainTargetSource: Sendable, Equatable {
    /// That of the built-in model.
    case builtIn
    /// That of an image: a path, relative to the folder of the configuration.
    case image(String)

    /// Loads the target.
    ///
    /// - Parameters:
    ///   - match: the recipe that the target is for.
    ///   - folder: folder of the configuration file.
    public func load(match: StainMatch, relativeTo folder: URL?) throws(StainTargetError) -> StainTarget {
        switch self {
        case .builtIn: return try Self.builtInTarget()
        case .image(let path):
            let url =
                path.hasPrefix("/")
                ? URL(fileURLWithPath: path)
                : folder?.appendingPathComponent(path) ?? URL(fileURLWithPath: path)
            do {
                return StainTarget(try VahadaneFitter(match: match).fit(try ImageFile.read(url), step: 1))
            } catch {
                throw StainTargetError(source: url.path, reason: "\(error)")
            }
        }
    }

    private static func builtInTarget() throws(StainTargetError) -> StainTarget {
        let name = BuiltInModels.source
        let target: StainTarget?
        do throws(ModelFileError) {
            target = try BuiltInModels.load(name).stainTarget
        } catch {
            throw StainTargetError(source: name, reason: "\(error)")
        }
        guard let target else { throw StainTargetError(source: name, reason: "it normalizes no stains") }
        return target
    }
}

/// The target's look cannot be had.
public struct StainTargetError: Error, Equatable, CustomStringConvertible {
    /// Path of the image or name of the model.
    public let source: String
    public let reason: String

    public var description: String {
        "the stain target '\(source)' cannot be used: \(reason); give another image with input.stain.target"
    }
}
