internal import Foundation

/// The settings that the results in a folder are made with, kept there as a file, so that no run goes on with what another
/// one began.
public enum FolderSettings {
    /// `settings.json`.
    public static let fileName = "settings.json"

    /// Writes the settings into a folder that has none, or finds the same ones there.
    ///
    /// - Parameter results: what lies in the folder, for the message: `tiles`.
    /// - Throws: ``OtherSettings`` if others are there; `FileError`; what the encoder throws.
    public static func claim(_ folder: String, for settings: some Encodable, results: String) throws {
        let path = folder + "/" + fileName
        let bytes = try JSONText.encode(settings)
        guard FileManager.default.fileExists(atPath: path) else {
            return try AtomicFile.write(bytes, to: path)
        }
        guard FileManager.default.contents(atPath: path) == Data(bytes) else {
            throw OtherSettings(folder: folder, results: results)
        }
    }
}

/// The output folder holds results of other settings.
public struct OtherSettings: Error, Equatable, CustomStringConvertible {
    public let folder: String
    let results: String

    public var description: String {
        "'\(folder)' holds \(results) made with other settings, another input or version; choose another folder with -o, "
            + "or replace them with --overwrite"
    }
}
