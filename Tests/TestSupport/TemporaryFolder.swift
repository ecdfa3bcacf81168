public import Foundation

/// A folder for one test; removed when the value goes away.
public final class TemporaryFolder: Sendable {
    public let url: URL

    public var path: String { url.path }

    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("wsi-screen-test-\(UUID())")
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

    /// Paths of all files below the folder, relative to it, sorted.
    public func files() -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }
}
