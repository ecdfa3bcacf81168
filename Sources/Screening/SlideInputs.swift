internal import Foundation

/// One slide to work on and the name its results get.
public struct SlideInput: Sendable, Hashable {
    /// Path as given or found.
    public let path: String
    /// Path relative to the common input root without suffix, safe as a folder name; unique in its run.
    public let id: String
}

/// Turns what the user gave (files and folders) into slides with unique names.
public enum SlideInputs {
    /// Suffixes looked for in folders. A file that is given by name is tried whatever it is called.
    public static let suffixes: Set<String> = [
        "svs", "tif", "tiff", "ndpi", "vms", "vmu", "scn", "mrxs", "svslide", "bif", "dcm", "czi",
    ]

    /// - Throws: ``InputError`` if two slides would have to share a name.
    public static func resolve(_ arguments: [String]) throws(InputError) -> [SlideInput] {
        var paths: [String] = []
        var roots: [String] = []
        // A folder without slides stays in the list as it is: the run reports it like any other input that is
        // no slide.
        func addSingle(_ path: String) {
            paths.append(path)
            roots.append((absolute(path) as NSString).deletingLastPathComponent)
        }
        for argument in arguments {
            if isFolder(argument) {
                let found = slides(in: argument)
                if found.isEmpty {
                    addSingle(argument)
                } else {
                    paths += found
                    roots.append(absolute(argument))
                }
            } else {
                addSingle(argument)
            }
        }
        var seen: Set<String> = []
        paths = paths.filter { seen.insert(absolute($0)).inserted }
        return try named(paths, root: commonRoot(roots))
    }

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

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    /// Slides below a folder, sorted by path. The data folders of MRXS slides hold no slides of their own.
    private static func slides(in folder: String) -> [String] {
        guard let walker = FileManager.default.enumerator(atPath: folder) else { return [] }
        let names = walker.compactMap { $0 as? String }
        return names.filter { name in
            let file = name as NSString
            return suffixes.contains(file.pathExtension.lowercased())
                && !file.lastPathComponent.hasPrefix(".")
                && !isFolder(folder + "/" + name)
        }.sorted().map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
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

    /// Percent-encodes what could trouble file systems, shells or web pages, and dots or dashes at the start
    /// of a component. Letters of any script and spaces stay.
    static func safeName(_ name: String) -> String {
        name.split(separator: "/").map { component in
            component.unicodeScalars.enumerated().map { index, scalar in
                let isUnsafe =
                    scalar.value < 32 || scalar.value == 127
                    || "%\"'\\<>|:*?&`$;".unicodeScalars.contains(scalar)
                    || (index == 0 && (scalar == "-" || scalar == "."))
                guard isUnsafe else { return String(scalar) }
                return "%" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
            }.joined()
        }.joined(separator: "/")
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
