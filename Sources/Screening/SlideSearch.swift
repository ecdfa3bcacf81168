internal import Foundation

/// Looks for slides below a folder.
struct SlideSearch {
    /// Suffixes looked for. A file that is given by name is tried whatever it is called.
    static let suffixes: Set<String> = [
        "svs", "tif", "tiff", "ndpi", "vms", "vmu", "scn", "mrxs", "svslide", "bif", "dcm", "czi",
    ]

    private let output: String?

    /// - Parameter output: a folder to leave out, because the results themselves hold TIFFs.
    init(excluding output: String?) {
        self.output = output.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    }

    /// Slides below a folder, sorted by path, and subfolders that cannot be read, so that the run reports them.
    /// Links are followed, each folder once. Empty if `path` is no folder.
    func slides(in path: String) -> [String] {
        var visited: Set<String> = []
        var found: [String] = []
        let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard isFolder(folder) else { return [] }
        walk(folder, visited: &visited, found: &found)
        return found == [folder] ? [] : found
    }

    private func walk(_ folder: String, visited: inout Set<String>, found: inout [String]) {
        let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        guard real != output, visited.insert(real).inserted, !holdsResults(folder) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            found.append(folder)
            return
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = folder == "/" ? "/" + name : folder + "/" + name
            if isFolder(path) {
                walk(path, visited: &visited, found: &found)
            } else if Self.suffixes.contains((name as NSString).pathExtension.lowercased()) {
                found.append(path)
            }
        }
    }

    /// Whether this program wrote into the folder: `run.json` or `manifest.json` that name it.
    private func holdsResults(_ folder: String) -> Bool {
        ["run.json", SlideManifest.fileName].contains { name in
            guard let file = FileHandle(forReadingAtPath: folder + "/" + name) else { return false }
            defer { try? file.close() }
            guard let bytes = try? file.read(upToCount: 1 << 16) else { return false }
            return String(decoding: bytes, as: UTF8.self).contains("\"program\" : \"wsi-screen\"")
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }
}
