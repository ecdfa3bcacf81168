import Camelyon
import Foundation
import TestSupport

/// A data set of empty files in a temporary folder.
struct DatasetTree {
    let folder: TemporaryFolder

    var root: String { folder.path }

    /// - Parameter files: paths of empty files below the root.
    init(_ files: [String] = []) throws {
        folder = try TemporaryFolder()
        for file in files { try add(file) }
    }

    func path(_ file: String) -> String { root + "/" + file }

    func add(_ file: String, _ text: String = "") throws {
        let url = URL(fileURLWithPath: path(file))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func link(_ file: String, to target: String) throws {
        let url = URL(fileURLWithPath: path(file))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
    }

    func dataset(including: Set<String> = []) throws -> CamelyonDataset {
        try CamelyonDataset(root: root, including: including)
    }
}

extension CamelyonDataset {
    /// One line a slide: name, part, label, annotation, reason, paths below the root.
    var lines: [String] {
        slides.map { slide in
            let annotation = slide.annotationPath.map { String($0.dropFirst(root.count + 1)) }
            return [
                slide.name.description, slide.part.rawValue, slide.label?.rawValue ?? "unknown",
                String(slide.path.dropFirst(root.count + 1)), annotation ?? "-", slide.reasonCode ?? "usable",
            ].joined(separator: " ")
        }
    }

    /// The findings of a kind.
    func findings(_ code: String) -> [CamelyonFinding] { findings.filter { $0.code == code } }

    /// All findings that ask for something.
    var problems: [CamelyonFinding] { findings.filter { !$0.isInformation } }
}

func name(_ text: String) throws -> CamelyonSlideName {
    guard let name = CamelyonSlideName(text) else { throw NoName(text: text) }
    return name
}

struct NoName: Error { let text: String }
