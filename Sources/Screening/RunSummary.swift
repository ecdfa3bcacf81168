internal import Pixels
internal import Records
internal import Slides
internal import Tissue

/// `summary.csv`: one row for every input of a run, in the order of the inputs.
enum RunSummary {
    static let header = [
        "slide", "status", "reason", "score", "max", "mean", "p95", "p99", "top1pct_mean",
        "fraction_above_normal_p99", "tiles", "scored", "unread", "degenerate_stain", "tissue_fraction",
        "mpp",
        "mpp_source", "path", "message",
    ]

    static func text(_ manifests: [SlideManifest]) -> String {
        CSV.line(header) + manifests.map { CSV.line(fields($0)) }.joined()
    }

    private static func fields(_ manifest: SlideManifest) -> [String] {
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let scores = manifest.scores
        let counts = manifest.counts
        let calibration = manifest.source?.calibration
        let message = manifest.message ?? (manifest.warnings + manifest.notices).joined(separator: "; ")
        return [
            manifest.slide, manifest.status.rawValue, manifest.reason ?? "", number(manifest.score),
            number(scores?.max), number(scores?.mean), number(scores?.p95), number(scores?.p99),
            number(scores?.top1pctMean), number(scores?.fractionAboveNormalP99), "\(counts.tiles)",
            "\(counts.scored)", "\(counts.unread)", "\(counts.degenerateStain)",
            number(manifest.tissue.map { ($0.tissueFraction * 1e6).rounded() / 1e6 }),
            number(calibration?.micronsPerPixel.mean), calibration?.source.rawValue ?? "", manifest.path,
            message,
        ]
    }
}

/// `run.json`: the run as a whole.
struct RunRecord: Codable {
    var program = "wsi-screen"
    var version = WSIScreen.version
    var arguments: [String]
    var configurationSha256: String
    var settings: ScreenSettings
    var model: SlideManifest.Model?
    /// Instead of a model, if every slide learned its own.
    var selfModel: SelfModelSettings?
    var workers: Int
    var startedAt: String
    var secondsTotal: Double
    /// Number of inputs by status.
    var statuses: [String: Int]
    var files: [String: String]
}
