internal import Networks
internal import Records
internal import Slides
internal import Staining

/// Any error of a slide as a stable reason code, a sentence, and whether trying again makes sense.
struct FailureReport: Sendable, Equatable {
    let reason: String
    let message: String

    init(_ error: any Error) {
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
        case let failure as FileError:
            reason = failure.isDiskFull ? "disk_full" : "output_failed"
            message = "\(failure.description); make room or check the output folder, then run again"
        case let failure as ScoringError:
            reason = "scoring_failed"
            message = "\(failure.description); check the model with 'wsi-screen model info'"
        default:
            reason = "internal_error"
            message = "\(error); please report this with the command that you ran"
        }
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
        return [internalError, badInput, ioError, temporary].first { codes.contains($0) } ?? ok
    }

    private static func code(_ reason: String) -> Int32 {
        switch reason {
        case "internal_error", "scoring_failed": internalError
        case "io_error", "output_failed": ioError
        case "disk_full": temporary
        default: badInput
        }
    }
}
