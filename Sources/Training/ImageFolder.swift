internal import Foundation
internal import ImageFiles

/// Looks for image files in a folder and all below it.
struct ImageFolder {
    let path: String

    init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    func listing() throws(ListingError) -> ImageListing {
        var visited: Set<String> = []
        var images: [ImageListing.Image] = []
        try walk(path, name: "", visited: &visited, images: &images)
        guard !images.isEmpty else { throw .noImages(path: path) }
        return ImageListing(images: images)
    }

    /// Links are followed; a folder that was seen already, under whatever name, is not entered again. Hidden
    /// files and folders are left out.
    private func walk(
        _ folder: String, name: String, visited: inout Set<String>, images: inout [ImageListing.Image]
    ) throws(ListingError) {
        guard visited.insert(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path).inserted else {
            return
        }
        for entry in try entries(of: folder) where !entry.hasPrefix(".") {
            let path = folder == "/" ? "/" + entry : folder + "/" + entry
            let name = name.isEmpty ? entry : name + "/" + entry
            if Self.isFolder(path) {
                try walk(path, name: name, visited: &visited, images: &images)
            } else if ImageFile.suffixes.contains((entry as NSString).pathExtension.lowercased()) {
                images.append(.init(name: name, path: path))
            }
        }
    }

    /// Sorted, so that of two links to one folder always the same one is entered.
    private func entries(of folder: String) throws(ListingError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw .unreadable(path: folder, reason: error.localizedDescription)
        }
    }
}
