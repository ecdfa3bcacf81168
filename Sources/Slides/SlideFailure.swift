/// Why a slide cannot be used. The raw value is a stable code that appears in `summary.csv` and manifests.
public enum SlideFailureReason: String, Sendable, Codable, CaseIterable {
    case fileNotFound = "file_not_found"
    case notRegularFile = "not_regular"
    case emptyFile = "empty_file"
    case cannotOpen = "cannot_open"
    case ioError = "io_error"
    case notASlide = "not_a_slide"
    case badTIFF = "bad_tiff"
    /// A format driver took the file and then refused it.
    case damaged
    case truncated
    case unsupported
    case missingResolution = "missing_resolution"
    case corruptTiles = "corrupt_tiles"
    case modified

    /// What the user can do about it.
    public var remedy: String {
        switch self {
        case .fileNotFound: "check the path"
        case .notRegularFile: "give a slide file, or a folder that holds slide files"
        case .emptyFile: "copy the file again; this copy has zero bytes"
        case .cannotOpen: "check the permissions of the file"
        case .ioError: "check the disk or network drive and run again"
        case .notASlide:
            "give a whole-slide image that OpenSlide reads (SVS, TIFF, NDPI, MRXS, SCN, BIF, VMS, ...)"
        case .badTIFF, .damaged: "the file is damaged: copy or export it again"
        case .truncated: "the copy is incomplete: compare its size with the original and copy it again"
        case .unsupported: "export the slide as a tiled, JPEG-compressed TIFF or SVS"
        case .missingResolution:
            "give the microns per pixel of the scan with --mpp 0.25 or in a table with --mpp-csv FILE"
        case .corruptTiles:
            "copy the file again, or accept the damage with a higher --max-unread (such tiles are listed as unread)"
        case .modified: "the file changed while it was read: run again when it is complete"
        }
    }
}

/// The error of everything in this module: which file, why, and what the library or system said.
public struct SlideFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: SlideFailureReason
    /// The particulars, for example OpenSlide's own text.
    public let detail: String

    public init(_ reason: SlideFailureReason, path: String, detail: String) {
        self.path = path
        self.reason = reason
        self.detail = detail
    }

    /// One sentence with the fix.
    public var description: String { "\(detail); \(reason.remedy)" }
}
