public import Foundation

/// A new empty folder that vanishes with its owner.
public final class ScratchFolder {
    public let url: URL

    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("wsi-screen-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes `bytes` as a file of this folder and returns its path.
    public func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let place = url.appendingPathComponent(name)
        try Data(bytes).write(to: place)
        return place.path
    }
}
