internal import ImageFiles
internal import Networks
internal import Records
internal import Slides
internal import Staining
internal import Training

/// Any error of a slide as a stable reason code, a sentence, and whether trying again makes sense.
package struct FailureReport: Sendable, Equatable {
    package static let diskFull = "disk_full"

    /// For the slides of a batch that come after the one that filled the disk.
    package static let notStarted = FailureReport(
        reason: diskFull, message: "not started, because the disk was full; make room and run again")

    package let reason: String
    package let message: String

    private init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }

    package init(_ error: any Error) {
        switch error {
        case let failure as SlideFailure:
            reason = failure.reason.rawValue
            message = failure.description
        case let failure as StainFailure:
            reason = "degenerate_stain"
            message =
                "the stain of this slide cannot be estimated (\(failure.description)); "
                + "check that it is a hematoxylin and eosin slide, or use a model without stain normalization"
        case let failure as UnscorableSlide where failure.degenerateStain > 0:
            reason = "degenerate_stain"
            message =
                "no tile of this slide has a stain that can be estimated (\(failure.tiles) tried); "
                + "check that it is a hematoxylin and eosin slide, or use a model without stain normalization"
        case let failure as TooLittleTissueForSelf:
            reason = "too_little_tissue_for_self"
            message = Self.sentence(failure)
        case let failure as TrainingError:
            reason = "training_failed"
            message =
                "the slide's own model was not learned: \(failure.description); "
                + "try another --seed, or a model"
        case let failure as FileError:
            self = Self.output(failure)
        case let failure as ImageFileError:
            // Image libraries do not pass on why a write failed.
            reason = "output_failed"
            message = "\(failure.description); check free space and the output folder, then run again"
        case let failure as ScoringError:
            reason = "scoring_failed"
            message = "\(failure.description); check the model with 'wsi-screen model info'"
        default:
            reason = "internal_error"
            message = "\(error); please report this with the command that you ran"
        }
    }
}

extension FailureReport {
    private static func sentence(_ failure: TooLittleTissueForSelf) -> String {
        let found =
            switch failure {
            case .tissue(let found, let needed):
                "the slide has \(CSV.decimal(found, places: 2)) square mm of tissue without pen, and "
                    + "\(CSV.decimal(needed, places: 2)) are needed to learn what its majority looks like"
            case .drawn(let training, let heldOut):
                "the tissue of the slide lies so close together that only \(training) places to learn from and "
                    + "\(heldOut) to compare with could be drawn apart from each other, too few to learn what its "
                    + "majority looks like"
            case .usable(let found, let drawn):
                "only \(found) of \(drawn) places drawn from the slide have a stain and can be read, too few to "
                    + "learn what its majority looks like"
            }
        return "\(found); screen it with a model (--model NAME or FILE)"
    }

    private static func output(_ failure: FileError) -> FailureReport {
        if failure.isDiskFull {
            return FailureReport(reason: diskFull, message: "\(failure.description); make room and run again")
        }
        if failure.isForbidden {
            return FailureReport(
                reason: "output_forbidden",
                message: "\(failure.description); check its permissions or choose another folder with -o")
        }
        return FailureReport(
            reason: "output_failed", message: "\(failure.description); check the disk, then run again")
    }
}

/// Exit codes as sysexits.h has them.
public enum ExitStatus {
    public static let ok: Int32 = 0
    public static let usage: Int32 = 64
    public static let badInput: Int32 = 65
    public static let internalError: Int32 = 70
    public static let cannotCreateOutput: Int32 = 73
    public static let ioError: Int32 = 74
    public static let temporary: Int32 = 75
    public static let interrupted: Int32 = 130
    public static let terminated: Int32 = 143

    /// For the reasons of all failed slides: what a permanent fault needs outweighs what a retry can heal.
    public static func of(reasons: [String]) -> Int32 {
        let codes = Set(reasons.map(code))
        return [internalError, badInput, cannotCreateOutput, ioError, temporary].first { codes.contains($0) }
            ?? ok
    }

    private static func code(_ reason: String) -> Int32 {
        switch reason {
        case "internal_error", "scoring_failed": internalError
        case "io_error", "output_failed": ioError
        case "output_forbidden": cannotCreateOutput
        case FailureReport.diskFull: temporary
        default: badInput
        }
    }
}
