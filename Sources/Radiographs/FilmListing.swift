internal import Foundation
internal import Records
public import Training

/// The films that are to be scored, with what is known of them.
public struct FilmListing: Sendable {
    public struct Film: Sendable, Equatable {
        /// As the table names it, or the path below the folder.
        public let name: String
        public let path: String
        /// From the table's columns label, split, patient and findings; empty where there are none.
        public var label = ""
        public var split = ""
        public var patient = ""
        public var findings = ""
    }

    public let films: [Film]
    /// Whether all images of a folder are meant, so that no results may go there.
    public let isWholeFolder: Bool

    /// - Parameters:
    ///   - path: a folder that an ingest wrote, a manifest (CSV with a column file), a folder of images, or one image.
    ///   - part: of a manifest, the only rows that are wanted; nil: all.
    /// - Throws: ``FilmListingError``, `ListingError`, `CSVError`, `FileError`.
    public init(_ path: String, part: ImagePart?) throws {
        let manifest = path + "/manifest.csv"
        let isFolder = Self.isFolder(path)
        if isFolder, FileManager.default.fileExists(atPath: manifest) {
            films = try Self.films(ofManifest: manifest, part)
        } else if path.lowercased().hasSuffix(".csv") {
            films = try Self.films(ofManifest: path, part)
        } else if isFolder {
            films = try ImageListing.find(path).images.map { Film(name: $0.name, path: $0.path) }
        } else {
            films = [Film(name: (path as NSString).lastPathComponent, path: path)]
        }
        isWholeFolder = isFolder && !FileManager.default.fileExists(atPath: manifest)
        guard !films.isEmpty else { throw FilmListingError.noFilms(path: path, part: part) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    private static func films(ofManifest path: String, _ part: ImagePart?) throws -> [Film] {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var columns: [String: Int]?
        var films: [Film] = []
        try CSV.forEachRecord(ofFile: path) { record in
            guard let columns else {
                let names = record.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
                columns = Dictionary(zip(names, names.indices)) { first, _ in first }
                guard columns?["file"] != nil else { throw FilmListingError.noFileColumn(path: path) }
                return
            }
            func value(_ name: String) -> String {
                columns[name].flatMap { record.fields.indices.contains($0) ? record.fields[$0] : nil } ?? ""
            }
            let name = value("file")
            guard !name.isEmpty else { throw FilmListingError.noFile(path: path, line: record.line) }
            let film = Film(
                name: name, path: URL(fileURLWithPath: name, relativeTo: folder).path, label: value("label"),
                split: value("split"), patient: value("patient"), findings: value("findings"))
            if part == nil || ManifestWords.part(ManifestWords.word(film.split)) == part {
                films.append(film)
            }
        }
        return films
    }
}

/// Why there is nothing to score.
public enum FilmListingError: Error, Equatable, CustomStringConvertible {
    case noFilms(path: String, part: ImagePart?)
    case noFileColumn(path: String)
    case noFile(path: String, line: Int)

    public var description: String {
        switch self {
        case .noFilms(let path, let part):
            part.map { "'\(path)' has no rows of the part '\($0.rawValue)'; leave out --split" }
                ?? "'\(path)' has no images"
        case .noFileColumn(let path):
            "'\(path)' has no column 'file'; give a manifest as 'xray ingest' writes it"
        case .noFile(let path, let line): "'\(path)', line \(line): it names no file"
        }
    }
}
