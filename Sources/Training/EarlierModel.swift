internal import Foundation
internal import Networks
internal import Records

/// A file that lies where a training is to write its model. Hours of work are not overwritten without a word.
struct EarlierModel {
    private let path: String
    private let configuration: String?
    private let trainingIdentity: String?

    /// - Returns: nil if nothing is there.
    /// - Throws: if a folder is there.
    init?(path: String) throws(FileError) {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard !ImageFolder.isFolder(path) else { throw FileError(.create, path: path, code: EISDIR) }
        // What is no model at all is not overwritten, either.
        let header = try? ModelHeader(contentsOf: URL(fileURLWithPath: path))
        self.path = path
        configuration = header?.configuration
        trainingIdentity = header?.trainingIdentity
    }

    /// Refuses before any image is read, if the configuration alone tells that the model is another.
    func check(_ configuration: TrainingConfiguration) throws {
        guard let text = self.configuration, let earlier = try? TrainingConfiguration(yaml: text),
            earlier.withoutPaths == configuration.withoutPaths
        else { throw ModelInTheWay(path: path) }
    }

    /// Whether the model is what this training would make.
    func isResult(of identity: String) -> Bool { trainingIdentity == identity }
}

/// The output is a file that this training would not have made.
public struct ModelInTheWay: Error, Equatable, CustomStringConvertible {
    public let path: String

    public init(path: String) { self.path = path }

    public var description: String {
        "'\(path)' exists and was made from another configuration, other images or by another version; "
            + "choose another output with -o, or replace it with --restart"
    }
}
