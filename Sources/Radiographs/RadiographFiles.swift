internal import Foundation
public import Records

/// The image files below a folder, by name: the archive's folders images_001 to images_012, or any others.
///
/// Names of the table are looked up here and never joined to a path, so that no row can name a file elsewhere.
/// Symbolic links count only if they lead to a file below the same folder.
public struct RadiographFiles: Sendable {
    /// Paths relative to the folder, by file name.
    private let paths: [String: [String]]
    public let folder: String
    /// Names of links that lead out of the folder, or nowhere: they are not followed.
    public let outside: Set<String>

    /// Number of files.
    public var count: Int { paths.values.reduce(0) { $0 + $1.count } }

    public enum Lookup: Sendable, Equatable {
        case file(path: String)
        case missing
        /// A link that leads out of the folder.
        case outside
        /// Several folders have a file of this name.
        case ambiguous([String])
    }

    /// - Throws: `FileError` if the folder cannot be read.
    public init(below folder: String) throws(FileError) {
        let root = URL(fileURLWithPath: folder, isDirectory: true).resolvingSymlinksInPath()
        var unreadable: String?
        let keys: [URLResourceKey] = [.isRegularFileKey, .isSymbolicLinkKey]
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isDirectory) else {
            throw FileError(.read, path: folder, code: ENOENT)
        }
        guard isDirectory.boolValue,
            let walk = FileManager.default.enumerator(
                at: root, includingPropertiesForKeys: keys,
                errorHandler: { url, _ in
                    unreadable = unreadable ?? url.path
                    return true
                })
        else { throw FileError(.read, path: folder, code: ENOTDIR) }
        var (paths, outside): ([String: [String]], Set<String>) = ([:], [])
        for case let url as URL in walk {
            guard Self.isImage(url.lastPathComponent) else { continue }
            guard let relative = Self.path(of: url, below: root) else {
                outside.insert(url.lastPathComponent)
                continue
            }
            paths[url.lastPathComponent, default: []].append(relative)
        }
        // Images that might be there must not be taken for missing.
        if let unreadable { throw FileError(.read, path: unreadable, code: EACCES) }
        (self.folder, self.paths, self.outside) = (root.path, paths.mapValues { $0.sorted() }, outside)
    }

    public func lookup(_ name: String) -> Lookup {
        switch paths[name] {
        case nil: outside.contains(name) ? .outside : .missing
        case let found? where found.count == 1: .file(path: folder + "/" + found[0])
        case let found?: .ambiguous(found)
        }
    }

    /// A path below the folder as it reads from there.
    func relative(_ path: String) -> String { String(path.dropFirst(folder.count + 1)) }

    /// Number of files that none of `names` names.
    public func countExtra(besides names: Set<String>) -> Int {
        paths.reduce(0) { $0 + (names.contains($1.key) ? 0 : $1.value.count) }
    }

    private static func isImage(_ name: String) -> Bool {
        ["png", "jpg", "jpeg"].contains(URL(fileURLWithPath: name).pathExtension.lowercased())
    }

    /// Nil for what is no file below the folder.
    private static func path(of url: URL, below root: URL) -> String? {
        let target = url.resolvingSymlinksInPath()
        let values = try? target.resourceValues(forKeys: [.isRegularFileKey])
        guard values?.isRegularFile == true, target.path.hasPrefix(root.path + "/"),
            url.path.hasPrefix(root.path + "/")
        else { return nil }
        return String(url.path.dropFirst(root.path.count + 1))
    }
}
