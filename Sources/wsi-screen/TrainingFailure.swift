import Foundation
import Networks
import Records
import Screening
import Training

/// An error of a training as a sentence and an exit code.
struct TrainingFailure {
    let message: String
    let status: Int32

    init(_ error: any Error) {
        message = "\(error)"
        status =
            switch error {
            case is ExtractorError, is ConfigurationError: ExitStatus.usage
            case is ListingError, is HoldOutError, is PreparationError, is StainTargetError, is CheckpointError,
                is TrainingError, is WeightError, is ModelFileError:
                ExitStatus.badInput
            case is FolderLockError: ExitStatus.cannotCreateOutput
            case let error as FileError:
                error.isDiskFull
                    ? ExitStatus.temporary
                    : error.isForbidden ? ExitStatus.cannotCreateOutput : ExitStatus.ioError
            default: ExitStatus.internalError
            }
    }
}
