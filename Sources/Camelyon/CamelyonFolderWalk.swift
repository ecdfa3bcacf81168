internal import Foundation
internal import Records

/// What a path is once links are followed: two paths with the same identity are one file.
struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64
}

/// Something below the root of the data set that is no folder, or is a folder with the name of a slide.
struct FoundFile {
    enum Kind: Equatable { case regular(FileIdentity), special, unreachable }

    let path: String
    let name: String
    /// Names of the folders between the root and the file, lower case.
    let folders: [String]
    let kind: Kind

    var identity: FileIdentity? {
        if case .regular(let identity) = kind { identity } else { nil }
    }
}

/// Lists what lies below a folder, level by level, each level in the order of its names' bytes.
///
/// Links are followed, but no folder is entered twice, so that a link to a folder above ends the walk. Names
/// that begin with a dot are skipped.
package struct CamelyonFolderWalk {
    /// Most entries looked at: a data set has some thousands.
    package static let entryLimit = 1_000_000

    private(set) var files: [FoundFile] = []
    /// Folders below the root that could not be listed.
    private(set) var unreadable: [FileError] = []
    private var queue: [(path: String, folders: [String])] = []
    private var entered: Set<FileIdentity> = []
    private var entries = 0
    private let limit: Int

    /// - Throws: ``CamelyonDatasetError`` if the root itself cannot be listed or there are too many entries.
    package init(root: String, entryLimit: Int = Self.entryLimit) throws(CamelyonDatasetError) {
        limit = entryLimit
        let status: Status
        do { status = try Self.status(of: root) } catch { throw .unreadable(error) }
        guard status.isFolder else { throw .unreadable(FileError(.read, path: root, code: ENOTDIR)) }
        entered.insert(status.identity)
        queue.append((root, []))
        var next = 0
        while next < queue.count {
            try list(queue[next], isRoot: next == 0)
            next += 1
        }
    }

    private mutating func list(
        _ folder: (path: String, folders: [String]), isRoot: Bool
    ) throws(CamelyonDatasetError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            let failure = FileError(.read, path: folder.path, code: Self.code(of: error))
            if isRoot { throw .unreadable(failure) }
            unreadable.append(failure)
            return
        }
        entries += names.count
        guard entries <= limit else { throw .tooManyEntries(limit: limit) }
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in sorted where !name.hasPrefix(".") {
            take(
                name, path: folder.path.hasSuffix("/") ? folder.path + name : folder.path + "/" + name,
                folder.folders)
        }
    }

    private mutating func take(_ name: String, path: String, _ folders: [String]) {
        guard let status = try? Self.status(of: path) else {
            files.append(FoundFile(path: path, name: name, folders: folders, kind: .unreachable))
            return
        }
        if status.isFolder, !CamelyonFiles.isNamedLikeSlide(name) {
            if entered.insert(status.identity).inserted {
                queue.append((path, folders + [name.lowercased()]))
            }
        } else {
            let kind: FoundFile.Kind = status.isRegular ? .regular(status.identity) : .special
            files.append(FoundFile(path: path, name: name, folders: folders, kind: kind))
        }
    }

    private struct Status {
        let identity: FileIdentity
        let isFolder: Bool
        let isRegular: Bool
    }

    private static func status(of path: String) throws(FileError) -> Status {
        var raw = stat()
        guard stat(path, &raw) == 0 else { throw FileError(.read, path: path, code: errno) }
        let identity = FileIdentity(
            device: UInt64(truncatingIfNeeded: raw.st_dev), inode: UInt64(truncatingIfNeeded: raw.st_ino))
        let kind = raw.st_mode & S_IFMT
        return Status(identity: identity, isFolder: kind == S_IFDIR, isRegular: kind == S_IFREG)
    }

    /// The system's number behind Foundation's error.
    private static func code(of error: any Error) -> Int32 {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return underlying?.domain == NSPOSIXErrorDomain
            ? Int32(truncatingIfNeeded: underlying?.code ?? 0) : EACCES
    }
}
