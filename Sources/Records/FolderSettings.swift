internal import Foundation

/// The settings that the results in a folder are made with, kept there as a file: no run goes on with what another one began,
/// and nothing is replaced that this program did not write.
public enum FolderSettings {
    /// `settings.json`.
    public static let fileName = "settings.json"

    /// Writes the settings into a folder that has no results yet, or finds the same ones there.
    ///
    /// - Parameters:
    ///   - results: what lies in the folder, for the message: `tiles`.
    ///   - owned: names of all files and folders that the results consist of. Where one of them is there and no settings are,
    ///     somebody else put it there.
    ///   - overwrite: whether results of whatever settings are removed first.
    /// - Throws: ``FolderInTheWay``; `FileError`; what the encoder throws.
    public static func claim<Settings: Codable>(
        _ folder: String, for settings: Settings, results: String, owned: [String], overwrite: Bool = false
    ) throws {
        let path = folder + "/" + fileName
        let manager = FileManager.default
        let bytes = try JSONText.encode(settings)
        if manager.fileExists(atPath: path) {
            let url = URL(fileURLWithPath: path)
            guard (try? JSONText.decode(Settings.self, from: url)) != nil else {
                throw FolderInTheWay.foreign(folder: folder, name: fileName)
            }
            if manager.contents(atPath: path) == Data(bytes), !overwrite { return }
            guard overwrite else { throw FolderInTheWay.otherSettings(folder: folder, results: results) }
            // The settings last: as long as results are there, the folder is known to be ours.
            for name in owned { try ResultFolder.remove(folder + "/" + name) }
            try AtomicFile.remove(path)
        } else if let name = owned.first(where: { manager.fileExists(atPath: folder + "/" + $0) }) {
            throw FolderInTheWay.foreign(folder: folder, name: name)
        }
        try AtomicFile.write(bytes, to: path)
    }

    /// Results must not lie among what they are made from, nor the other way round: the next run would take them for
    /// input, and `--overwrite` would take input away.
    ///
    /// - Throws: ``FolderInTheWay/amongInput(output:input:)``.
    public static func requireApart(output: String, input: String) throws(FolderInTheWay) {
        let (first, second) = (resolved(output), resolved(input))
        guard !first.hasPrefix(second), !second.hasPrefix(first) else {
            throw .amongInput(output: output, input: input)
        }
    }
}

extension FolderSettings {
    /// The folder as it will be called once it exists: what exists of its path without links, and a slash at the end.
    private static func resolved(_ path: String) -> String {
        var known = URL(fileURLWithPath: path).standardizedFileURL
        var rest: [String] = []
        while known.path != "/", !FileManager.default.fileExists(atPath: known.path) {
            rest.insert(known.lastPathComponent, at: 0)
            known.deleteLastPathComponent()
        }
        let path = ([known.resolvingSymlinksInPath().path] + rest).joined(separator: "/")
        return path.hasSuffix("/") ? path : path + "/"
    }

    /// Claims a folder for results that may always be replaced by later ones of the same command, but by nothing else.
    ///
    /// - Throws: ``FolderInTheWay``; `FileError`.
    public static func claim(_ folder: String, forCommand command: String, owned: [String]) throws {
        try claim(folder, for: Command(command: command), results: "results", owned: owned)
    }

    private struct Command: Codable {
        let command: String
    }
}

/// The output folder cannot be used for these results.
public enum FolderInTheWay: Error, Equatable, CustomStringConvertible {
    /// It holds results of other settings.
    case otherSettings(folder: String, results: String)
    /// It holds something of this name that this program did not write.
    case foreign(folder: String, name: String)
    case amongInput(output: String, input: String)

    public var description: String {
        switch self {
        case .otherSettings(let folder, let results):
            "'\(folder)' holds \(results) made with other settings, another input or version; choose another folder with -o, "
                + "or replace them with --overwrite"
        case .foreign(let folder, let name):
            "'\(folder)' has a '\(name)' that is not of this command, which would replace it; choose another folder with -o"
        case .amongInput(let output, let input):
            "the output '\(output)' and the input '\(input)' lie in one another; choose a folder beside it with -o"
        }
    }
}
