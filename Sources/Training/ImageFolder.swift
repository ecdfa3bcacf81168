internal import Foundation
internal import ImageFiles

/// Looks for image files in a folder and all below it.
///
/// Of a slide that `wsi-screen tile` cut, the tiles are taken, not the pictures of mask and slide; its tiles are
/// a group. Of other images each folder is a group, if there are several folders: most programs write one for
/// each slide.
package struct ImageFolder {
    let path: String

    init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private static let tilesFolder = "tiles"
    /// What the folder of a slide holds beside pictures.
    private static let slideEntries: Set<String> = [tilesFolder, "tiles.csv", "manifest.json"]

    package static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    func listing() throws(ListingError) -> ImageListing {
        var visited: Set<String> = []
        var images: [ImageListing.Image] = []
        try walk(path, name: "", group: nil, visited: &visited, images: &images)
        guard !images.isEmpty else { throw .noImages(path: path) }
        let doubtful = Self.doubtfulFolders(of: images)
        var remarks: [DataRemark] = doubtful.isEmpty ? [] : [.doubtfulFolders(doubtful)]
        let plain = Set(images.compactMap(Self.plainFolder))
        guard !plain.isEmpty, plain.count + Set(images.compactMap(\.group)).count > 1 else {
            return ImageListing(images: images, remarks: remarks)
        }
        remarks.append(.foldersAreGroups(count: plain.count))
        let grouped = images.map { image in
            ImageListing.Image(
                name: image.name, path: image.path, group: image.group ?? Self.plainFolder(of: image))
        }
        return ImageListing(images: grouped, remarks: remarks)
    }

    /// The folder of an image that belongs to no slide; nil if that is the folder of all.
    private static func plainFolder(of image: ImageListing.Image) -> String? {
        guard image.group == nil, image.name.contains("/") else { return nil }
        return (image.path as NSString).deletingLastPathComponent
    }

    private static let doubtfulNames: Set<String> = ["abnormal", "tumor", "tumour", "anomaly", "test"]

    private static func doubtfulFolders(of images: [ImageListing.Image]) -> [String] {
        let names = Set(images.flatMap { $0.name.split(separator: "/").dropLast() })
        return names.map(String.init).filter { doubtfulNames.contains($0.lowercased()) }.sorted()
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
