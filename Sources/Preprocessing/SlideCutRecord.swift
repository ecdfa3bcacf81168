internal import Camelyon
internal import Records
internal import Screening
internal import Slides

/// What became of one slide, as `slides/NAME.json`; written when its tiles are there, so that no later run visits the
/// slide again.
struct SlideCutRecord: Sendable, Equatable, Codable {
    enum Status: String, Sendable, Codable {
        case ok
        case okWithWarnings = "ok_with_warnings"
        case noTissue = "no_tissue"
        case failed
        /// Left out for a known reason.
        case excluded
        /// The list has no tile of it.
        case notListed = "not_listed"
    }

    /// A tile that was written, or why it was not.
    struct Tile: Sendable, Equatable, Codable {
        /// Relative to the output folder; empty if it was not written.
        var file: String
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        var label: String
        var tissueFraction: Double?
        var tumorFraction: Double?
        /// `ok`, `none` without normalization, or the reason why there is no file.
        var stain: String
        var reason: String
        var sha256: String

        var isWritten: Bool { !file.isEmpty }
    }

    var slide: String
    var part: String
    /// Empty if it is not known.
    var label: String
    var status: Status
    var reason = ""
    var message = ""
    var warnings: [String] = []
    var candidates = 0
    var micronsPerPixel: Double?
    var tiles: [Tile] = []
    /// Of the slide's file; nil if it was not opened.
    var source: SlidePreflight.Identity?
    /// Of the annotation; nil if there is none.
    var annotationSHA256: String?

    /// As the snake-case names of JSON are read back.
    private enum CodingKeys: String, CodingKey {
        case slide, part, label, status, reason, message, warnings, candidates, micronsPerPixel, tiles, source
        case annotationSHA256 = "annotationSha256"
    }

    init(_ slide: CamelyonSlide) {
        self.slide = slide.name.description
        part = slide.part.rawValue
        label = slide.label?.rawValue ?? ""
        status = .ok
    }

    /// A slide that the list names and that is not there.
    init(missing name: CamelyonSlideName) {
        slide = name.description
        part = name.part.rawValue
        label = ""
        status = .failed
        fail(CutFailure.noSlide)
    }

    /// A slide that was not begun because the disk is full.
    init(notStarted slide: CamelyonSlide) {
        self.init(slide)
        let report = FailureReport.notStarted
        (status, reason, message) = (.failed, report.reason, report.message)
    }

    mutating func fail(_ failure: CutFailure) {
        (status, reason, message) = (.failed, failure.reason, failure.description)
    }

    /// Whether trying again without another slide, annotation or model ends the same way.
    var isPermanent: Bool {
        !["disk_full", "io_error", "output_failed", "output_forbidden"].contains(reason)
    }

    /// The end of a slide that did not fail.
    mutating func conclude(isWithoutTissue: Bool) {
        for (stain, what) in [
            ("unread", "could not be read"), ("degenerate_stain", "have no stain to normalize, or pen"),
        ] {
            let count = tiles.count { $0.stain == stain }
            if count > 0 { warnings.append("\(count) of \(tiles.count) tiles \(what); see rejected.csv") }
        }
        status = !warnings.isEmpty ? .okWithWarnings : isWithoutTissue ? .noTissue : .ok
    }

    var written: Int { tiles.count { $0.isWritten } }

    // MARK: Tables

    static let summaryHeader = [
        "slide", "part", "label", "status", "reason", "candidates", "chosen", "written", "microns_per_pixel",
        "message",
    ]

    var summaryFields: [String] {
        [
            slide, part, label, status.rawValue, reason, "\(candidates)", "\(tiles.count)", "\(written)",
            micronsPerPixel.map { CSV.decimal($0, places: 6) } ?? "",
            ([message] + warnings).filter { !$0.isEmpty }.joined(separator: "; "),
        ]
    }

    static let manifestHeader = [
        "tile", "slide", "x", "y", "width", "height", "label", "split", "tissue_fraction", "tumor_fraction",
        "stain",
        "sha256",
    ]

    /// - Parameter split: what the slide's tiles are for.
    func manifestFields(split: String) -> [[String]] {
        tiles.filter(\.isWritten).map { tile in
            [
                tile.file, slide, "\(tile.x)", "\(tile.y)", "\(tile.width)", "\(tile.height)", tile.label,
                split,
                Self.text(tile.tissueFraction), Self.text(tile.tumorFraction), tile.stain, tile.sha256,
            ]
        }
    }

    static let rejectedHeader = ["slide", "x", "y", "width", "height", "label", "status", "reason"]

    var rejectedFields: [[String]] {
        tiles.filter { !$0.isWritten }.map { tile in
            [
                slide, "\(tile.x)", "\(tile.y)", "\(tile.width)", "\(tile.height)", tile.label, tile.stain,
                tile.reason,
            ]
        }
    }

    private static func text(_ fraction: Double?) -> String {
        fraction.map { CSV.decimal($0, places: 4) } ?? ""
    }
}
