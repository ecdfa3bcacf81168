internal import Foundation
internal import ImageFiles

/// Looks for image files in a folder and all below it.
///
/// Of a slide that `wsi-screen tile` cut, the tiles are taken, not the pictures of mask and slide; its tiles are
/// a group.
struct ImageFolder {
    let path: String

    init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private static let tilesFolder = "tiles"
    /// What the folder of a slide holds beside pictures.
    private static let slideEntries: Set<String> = [tilesFolder, "tiles.csv", "manifest.json"]

    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    func listing() throws(ListingError) -> ImageListing {
        var visited: Set<String> = []
        var images: [ImageListing.Image] = []
        try walk(path, name: "", group: nil, visited: &visited, images: &images)
        guard !images.isEmpty else { throw .noImages(path: path) }
        return ImageListing(images: images)
    }

    /// Links are followed; a folder that was seen already, under whatever name, is not entered again. Hidden
    /// files and folders are left out.
    private func walk(
        _ folder: String, name: String, group: String?, visited: inout Set<String>,
        images: inout [ImageListing.Image]
    ) throws(ListingError) {
        guard visited.insert(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path).inserted else {
            return
        }
        let entries = try entries(of: folder).filter { !$0.hasPrefix(".") }
        let isSlide = Self.slideEntries.isSubset(of: entries)
        for entry in entries where !isSlide || entry == Self.tilesFolder {
            let path = folder == "/" ? "/" + entry : folder + "/" + entry
            let name = name.isEmpty ? entry : name + "/" + entry
            if Self.isFolder(path) {
                try walk(
                    path, name: name, group: isSlide ? folder : group, visited: &visited, images: &images)
            } else if ImageFile.suffixes.contains((entry as NSString).pathExtension.lowercased()) {
                images.append(.init(name: name, path: path, group: group))
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
