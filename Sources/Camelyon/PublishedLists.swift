internal import Foundation
internal import Records

/// The four lists of the paper's split in their folders, which say part and label.
struct PublishedLists {
    struct List: Equatable {
        let path: String
        let part: CamelyonPart
        let label: CamelyonLabel
    }

    let all: [List]

    /// Names of the folders of each label, and of the lists of each part, lower case.
    fileprivate static func folders(_ label: CamelyonLabel) -> [String] {
        label == .normal ? ["normal"] : ["anomaly", "tumor"]
    }

    fileprivate static func files(_ part: CamelyonPart) -> [String] {
        [part.rawValue, part.rawValue + ".txt"]
    }

    /// Nil if `folder` is no folder. It may be the folder of the lists, `healthy` above them or `paper_split`
    /// above that.
    ///
    /// - Throws: ``TileListError/missingLists(folder:missing:)`` unless all four are there.
    init?(folder: String) throws(TileListError) {
        guard Self.isFolder(folder) else { return nil }
        let home = Self.entry(["healthy"], in: folder) ?? folder
        var lists: [List] = []
        var missing: [String] = []
        for label in CamelyonLabel.allCases {
            let place = Self.entry(Self.folders(label), in: home)
            for part in CamelyonPart.allCases {
                let path = place.flatMap { Self.entry(Self.files(part), in: $0) }
                if let path {
                    lists.append(List(path: path, part: part, label: label))
                } else {
                    missing.append(Self.folders(label)[0] + "/" + part.rawValue)
                }
            }
        }
        guard missing.isEmpty else { throw .missingLists(folder: folder, missing: missing) }
        all = lists
    }

    /// The path of the first entry of a folder that has one of the names, in any case.
    private static func entry(_ names: [String], in folder: String) -> String? {
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        return found.sorted().first { names.contains($0.lowercased()) }.map { folder + "/" + $0 }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }
}

extension PublishedLists.List {
    /// A list given alone: nil unless its path ends as those in the folder do, in `normal/train` for example.
    init?(path: String) {
        let full = URL(fileURLWithPath: path).standardizedFileURL
        let names = full.pathComponents.suffix(2).map { $0.lowercased() }
        guard names.count == 2,
            let label = (CamelyonLabel.allCases.first { PublishedLists.folders($0).contains(names[0]) }),
            let part = (CamelyonPart.allCases.first { PublishedLists.files($0).contains(names[1]) })
        else { return nil }
        self.init(path: path, part: part, label: label)
    }
}
