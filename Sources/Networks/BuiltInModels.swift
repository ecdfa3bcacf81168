public import Foundation

/// The models that come with the program, with their cards.
public enum BuiltInModels {
    /// Names, sorted.
    public static let names = ["he-lung-demo", "he-lung-gaussian"]

    /// The one that `screen` takes without `--model`: of the two the one that separates better on validation tiles.
    public static let standard = "he-lung-gaussian"

    /// The one whose extractor and stain target others take: it has all layers.
    public static let source = "he-lung-demo"

    /// Loads a built-in model.
    public static func load(_ name: String) throws(ModelFileError) -> ScreeningModel {
        try ModelFile.load(url(name, extension: "safetensors"))
    }

    /// The model card: what it is, how it was made, how good it is. Markdown.
    public static func card(_ name: String) throws(ModelFileError) -> String {
        let url = try url(name, extension: "md")
        do {
            return try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw .safetensors(.cannotRead(path: url.path, reason: error.localizedDescription))
        }
    }

    /// The file of a built-in model, to verify or copy.
    public static func url(_ name: String) throws(ModelFileError) -> URL {
        try url(name, extension: "safetensors")
    }

    private static func url(_ name: String, extension suffix: String) throws(ModelFileError) -> URL {
        guard names.contains(name) else { throw .noBuiltInModel(name: name, known: names) }
        let file = "\(name).\(suffix)"
        let candidates = folders.map { $0.appendingPathComponent(file) }
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw .resourceMissing(file: file, searched: folders.map(\.path))
        }
        return found
    }

    /// Where models may lie, relative to the executable: beside it, as SwiftPM builds, or in
    /// ../share/wsi-screen, as packages install. Not `Bundle.module`, which traps when the program was moved
    /// away from its build folder.
    private static var folders: [URL] {
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath()
        let beside = [executable?.deletingLastPathComponent(), Bundle.main.bundleURL].compactMap { $0 }
        return beside.flatMap { folder in
            [
                folder.appendingPathComponent("wsi-screen_Networks.resources"),
                folder.deletingLastPathComponent().appendingPathComponent("share/wsi-screen"),
            ]
        }
    }
}
