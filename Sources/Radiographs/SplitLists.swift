internal import Foundation
public import Records
public import Training

/// Lists of image names, one name a line: the official `train_val_list.txt` and `test_list.txt`, or published ones.
///
/// A list's part is said (`test=FILE`) or follows from its name. A list in a folder called `normal` or `anomaly`, as
/// the paper's are, also says what its images are.
public struct SplitLists: Sendable {
    /// What the lists say of an image.
    public struct Entry: Sendable, Equatable {
        public let part: ImagePart
        /// Nil where the list does not say.
        public let isNormal: Bool?
    }

    /// One list.
    public struct File: Sendable, Equatable, Codable {
        public let path: String
        /// `train`, `validation` or `test`.
        public let part: String
        /// What its folder says of the images; nil if it does not.
        public let isNormal: Bool?
        public let images: Int
        public let sha256: String
    }

    public private(set) var entries: [String: Entry] = [:]
    public private(set) var files: [File] = []

    /// Bytes of the largest list that is read; the longest of NIH's has 2 MB.
    static let sizeLimit = 256 << 20

    /// Names by part.
    public init(_ lists: [ImagePart: Set<String>]) throws(SplitError) {
        for part in ImagePart.allCases {
            for name in (lists[part] ?? []).sorted() { try add(name, Entry(part: part, isNormal: nil)) }
        }
    }

    /// - Parameter words: each a path, or `train=`, `validation=` or `test=` in front of one.
    public init(reading words: [String]) throws(SplitError) {
        for word in words {
            let (part, path) = try Self.parse(word)
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().lastPathComponent.lowercased()
            let isNormal: Bool? =
                switch folder {
                case "normal": true
                case "anomaly", "abnormal": false
                default: nil
                }
            let names = try Self.names(in: path)
            for name in names { try add(name, Entry(part: part, isNormal: isNormal)) }
            do throws(FileError) {
                let sum = try Checksum.sha256(ofFile: path)
                files.append(
                    File(
                        path: path, part: part.rawValue, isNormal: isNormal, images: names.count, sha256: sum)
                )
            } catch { throw .unreadable(error) }
        }
    }

    private mutating func add(_ name: String, _ entry: Entry) throws(SplitError) {
        guard let earlier = entries.updateValue(entry, forKey: name), earlier != entry else { return }
        throw earlier.part == entry.part
            ? .imageOfTwoKinds(image: name)
            : .imageInTwoLists(image: name, parts: [earlier.part, entry.part])
    }

    /// The part and the path. A file called `test=x` is meant where it exists.
    private static func parse(_ word: String) throws(SplitError) -> (ImagePart, String) {
        if let equals = word.firstIndex(of: "="), !FileManager.default.fileExists(atPath: word) {
            guard let part = ManifestWords.part(ManifestWords.word(String(word[..<equals]))) else {
                throw .unknownPart(word: word)
            }
            return (part, String(word[word.index(after: equals)...]))
        }
        let name = URL(fileURLWithPath: word).deletingPathExtension().lastPathComponent.lowercased()
        guard let part = part(ofName: name) else { throw .unknownPart(word: word) }
        return (part, word)
    }

    /// By the words of a list's name; nil unless they say one thing.
    private static func part(ofName name: String) -> ImagePart? {
        let words = Set(name.split { !$0.isLetter }.map(String.init))
        if !words.isDisjoint(with: ["not", "no", "without", "except", "non"]) { return nil }
        var parts = Set(words.compactMap(ManifestWords.part))
        if words.contains("trainval") { parts.insert(.training) }
        // `train_val_list` is a list to train on, from which validation is drawn.
        if parts == [.training, .validation] { return .training }
        return parts.count == 1 ? parts.first : nil
    }

    private static func names(in path: String) throws(SplitError) -> [String] {
        let bytes: Data
        do throws(FileError) {
            let file = try RegularFile.open(path)
            do { bytes = try file.read(upToCount: sizeLimit + 1) ?? Data() } catch {
                throw FileError(.read, path: path, code: EIO)
            }
        } catch { throw .unreadable(error) }
        guard bytes.count <= sizeLimit, let text = String(validating: bytes, as: UTF8.self) else {
            throw .noList(path: path)
        }
        // With or without quotes, and with or without the folder that the image is in.
        let around = CharacterSet.whitespaces.union(["\u{FEFF}", "\"", "'"])
        let names = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: around) }
            .map { $0.split(separator: "/").last.map(String.init) ?? "" }.filter { !$0.isEmpty }
        // A table or another kind of file has longer lines than names.
        guard !names.isEmpty, names.allSatisfy({ $0.utf8.count <= 255 && !$0.contains(",") }) else {
            throw .noList(path: path)
        }
        return names
    }
}

/// Why images cannot be divided into parts.
public enum SplitError: Error, Equatable, CustomStringConvertible {
    case imageInTwoLists(image: String, parts: [ImagePart])
    case imageOfTwoKinds(image: String)
    case dividedPatients(count: Int, first: [String])
    case unknownPart(word: String)
    case noList(path: String)
    case unreadable(FileError)

    public var description: String {
        switch self {
        case .imageInTwoLists(let image, let parts):
            "'\(image)' is in the lists for \(parts.map(\.rawValue).joined(separator: " and ")); each image has one part"
        case .imageOfTwoKinds(let image):
            "'\(image)' is in a list of normal and in one of abnormal images; each image is one of them"
        case .dividedPatients(let count, let first):
            "\(count) patients have images on two sides of the split, such as \(first.joined(separator: ", ")); "
                + "a model would be tested on patients that it knows"
        case .unknownPart(let word):
            "it is not clear what the list '\(word)' is for; write train=FILE, validation=FILE or test=FILE"
        case .noList(let path):
            "'\(path)' is no list of image names: it must be text with one name a line"
        case .unreadable(let error): error.description
        }
    }
}
