/// Why a checkpoint is not taken up.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    case damaged(path: String, reason: String)
    case ofAnotherVersion(path: String)
    case ofAnotherTraining(path: String)
    /// It was made with kernels that this processor cannot run, such as `x86_64 avx512`.
    case ofAnotherProcessor(path: String, kind: String)

    public var description: String {
        switch self {
        case .damaged(let path, let reason):
            "the checkpoint '\(path)' cannot be used (\(reason)); delete it, or give --restart"
        case .ofAnotherVersion(let path):
            "the checkpoint '\(path)' was written by another version of the program; go on with that version, "
                + "or give --restart to begin anew"
        case .ofAnotherTraining(let path):
            "the checkpoint '\(path)' belongs to another configuration, other images, another extractor or "
                + "another version of the program; give --restart to begin anew, or another output"
        case .ofAnotherProcessor(let path, let kind):
            "the checkpoint '\(path)' was made with the kernels '\(kind)', whose last digits this processor does "
                + "not give; go on with it on a processor that has them, or give --restart to begin anew"
        }
    }
}
