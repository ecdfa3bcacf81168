internal import Foundation
internal import Records

/// One slide to work on and the name its results get.
public struct SlideInput: Sendable, Hashable {
    /// Path as given or found.
    public let path: String
    /// Path relative to the common input root without suffix, safe as a folder name; unique in its run.
    public let id: String

    /// The path from the root of the file system, without `.` and `..`.
    public var absolutePath: String { SlideInputs.absolute(path) }
}

/// Turns what the user gave (files and folders) into slides with unique names.
public enum SlideInputs {
    /// - Parameters:
    ///   - arguments: slides, and folders to search for slides. A folder without slides stays in the list as
    ///     it
    ///     is: the run reports it like any other input that is no slide.
    ///   - output: the run's output folder, in which no slides are looked for.
    /// - Throws: ``InputError`` if two slides would have to share a name.
    public static func resolve(_ arguments: [String], output: String? = nil) throws(InputError)
        -> [SlideInput]
    {
        var paths: [String] = []
        var roots: [String] = []
        for argument in arguments {
            let found = SlideSearch(excluding: output).slides(in: argument)
            if found.isEmpty {
                paths.append(argument)
                roots.append((absolute(argument) as NSString).deletingLastPathComponent)
            } else {
                paths += found
                roots.append(absolute(argument))
            }
        }
        // Paths are bytes: two names that only look alike (composed and decomposed letters) are two files.
        var seen: Set<[UInt8]> = []
        paths = paths.filter { seen.insert(Array(absolute($0).utf8)).inserted }
        return try named(paths, root: commonRoot(roots))
    }

    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    // MARK: Names

    private static func named(_ paths: [String], root: [String]) throws(InputError) -> [SlideInput] {
        let relative = paths.map { components(absolute($0)).dropFirst(root.count).joined(separator: "/") }
        let short = relative.map { ($0 as NSString).deletingPathExtension }
        var count: [String: Int] = [:]
        // Case is ignored: on some file systems two such folders are one.
        for name in short { count[name.lowercased(), default: 0] += 1 }
        // Slides that differ in their suffix alone keep it.
        let ids = zip(relative, short).map { safeName(count[$1.lowercased()] == 1 ? $1 : $0) }
        var owner: [String: String] = [:]
        for (path, id) in zip(paths, ids) {
            if let other = owner.updateValue(path, forKey: id.lowercased()) {
                throw .clash(other, path, id: id)
            }
        }
        return zip(paths, ids).map { SlideInput(path: $0, id: $1) }
    }

    private static func components(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

    private static func commonRoot(_ folders: [String]) -> [String] {
        var common = folders.first.map(components) ?? []
        for folder in folders.dropFirst() {
            let parts = components(folder)
            let length = zip(common, parts).prefix { $0 == $1 }.count
            common = Array(common.prefix(length))
        }
        return common
    }

    /// Names that the run itself uses in its output folder.
    private static let reserved: Set<String> = ["summary.csv", "run.json", "summary.html", ".lock"]

    /// Most bytes of a component; the limit of file systems is 255, and suffixes such as `.part` come on top.
    private static let componentLimit = 200

    private static func safeName(_ name: String) -> String {
        let components = name.split(separator: "/").map { shortened(encoded(String($0))) }
        let joined = components.joined(separator: "/")
        return reserved.contains(joined.lowercased()) ? joined.replacing(".", with: "%2E") : joined
    }

    /// Percent-encodes what could trouble file systems, shells or web pages, and dots or dashes at the start
    /// of a component. Letters of any script and spaces stay.
    private static func encoded(_ component: String) -> String {
        component.unicodeScalars.enumerated().map { index, scalar in
            let isUnsafe =
                scalar.value < 32 || scalar.value == 127 || "%\"'\\<>|:*?&`$;".unicodeScalars.contains(scalar)
                || (index == 0 && (scalar == "-" || scalar == "."))
            guard isUnsafe else { return String(scalar) }
            return "%" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
        }.joined()
    }

    /// A component that is too long keeps its beginning and gets a hash of the whole, so that it stays
    /// unique.
    private static func shortened(_ component: String) -> String {
        guard component.utf8.count > componentLimit else { return component }
        var beginning = component
        while beginning.utf8.count > componentLimit - 20 { beginning.removeLast() }
        return beginning + "~" + Checksum.sha256(Array(component.utf8)).prefix(16)
    }
}

/// Input that cannot be turned into a list of slides: the run does not start.
public enum InputError: Error, Equatable, CustomStringConvertible {
    case clash(String, String, id: String)
    case table(path: String, reason: String)

    public var description: String {
        switch self {
        case .clash(let first, let second, let id):
            "'\(first)' and '\(second)' would share the name '\(id)': rename one or run them apart"
        case .table(let path, let reason): "the resolution table '\(path)' cannot be used: \(reason)"
        }
    }
}
