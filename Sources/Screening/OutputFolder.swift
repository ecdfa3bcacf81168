internal import Records

/// The folder that a run writes to.
enum OutputFolder {
    static func prepare(_ path: String) throws(OutputError) {
        do {
            try AtomicFile.makeWritableFolder(path)
        } catch {
            throw .unusable(folder: path, reason: error.description)
        }
    }

    static func lock(_ path: String) throws(OutputError) -> FolderLock {
        do {
            return try FolderLock(folder: path)
        } catch {
            throw .inUse(error.description)
        }
    }
}

/// The output cannot be used: nothing was done.
public enum OutputError: Error, Sendable, Equatable, CustomStringConvertible {
    case unusable(folder: String, reason: String)
    case inUse(String)
    case otherConfiguration(slide: String, folder: String)
    /// Another slide's results lie under the same name.
    case otherSlide(id: String, path: String, folder: String)
    case diskFull(String)

    public var exitStatus: Int32 {
        switch self {
        case .unusable, .inUse: ExitStatus.cannotCreateOutput
        case .otherConfiguration, .otherSlide: ExitStatus.usage
        case .diskFull: ExitStatus.temporary
        }
    }

    public var description: String {
        switch self {
        case .unusable(let folder, let reason):
            "the output folder '\(folder)' cannot be used: \(reason); choose another with -o"
        case .inUse(let text): text
        case .otherConfiguration(let slide, let folder):
            "'\(folder)' holds results of '\(slide)' made with other settings, model or version; "
                + "choose another folder with -o, or replace them with --overwrite"
        case .otherSlide(let id, let path, let folder):
            "'\(folder)/\(id)' holds the results of another slide, '\(path)'; "
                + "choose another folder with -o, or replace them with --overwrite"
        case .diskFull(let text): "\(text); make room and run the same command again"
        }
    }
}
