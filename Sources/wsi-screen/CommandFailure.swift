import Camelyon
import CamelyonEvaluation
import Evaluation
import Foundation
import Networks
import Preprocessing
import Radiographs
import Records
import Screening
import Search
import Training

/// An error of a command as a sentence and an exit code.
struct CommandFailure {
    let message: String
    let status: Int32

    init(_ error: any Error) {
        let isDiskFull = (error as? FileError)?.isDiskFull ?? false
        let fix = isDiskFull ? "; make room and run the same command again to go on" : ""
        message = "\(error)" + fix
        status =
            switch error {
            case ExtractorError.vgg19Needed, is ConfigurationError, is UsageFailure, is SplitError,
                FolderInTheWay.otherSettings,
                SearchError.abandonsByAnomalies:
                ExitStatus.usage
            case is FindingsTableError, is CSVFileError, is NothingSelected, is SharesDisagree,
                is ScoredTableError,
                is LabeledScoresError, is JointScoresError, is SearchDataError, is SearchError, is FitError,
                is ChallengeError, is FROCError, is EvaluationMaskError,
                is ScoreTableError,
                is FilmListingError, is FilmModelError,
                is CamelyonDatasetError, is TileListError, is StainTargetUnusable:
                ExitStatus.badInput
            case is ListingError, is HoldOutError, is PreparationError, is TrainingTooLarge,
                is StainTargetError,
                is CheckpointError,
                is TrainingError, is WeightError, is ModelFileError, is ExtractorError, is ScoringError:
                ExitStatus.badInput
            case FolderLockError.file(let error): Self.status(of: error)
            case is FolderLockError, is ModelInTheWay, is FolderInTheWay: ExitStatus.cannotCreateOutput
            case let error as FileError: Self.status(of: error)
            default: ExitStatus.internalError
            }
    }

    /// What cannot be read is bad input, unless the disk fails.
    private static func status(of error: FileError) -> Int32 {
        if error.isDiskFull { return ExitStatus.temporary }
        if error.operation == .read { return error.code == EIO ? ExitStatus.ioError : ExitStatus.badInput }
        return error.isForbidden ? ExitStatus.cannotCreateOutput : ExitStatus.ioError
    }
}
