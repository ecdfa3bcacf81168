internal import Foundation
internal import Records
internal import Slides

/// Resolutions from a CSV with the columns `slide` (file name, with or without suffix, or path) and `mpp`,
/// for slides that do not state their own. The column names of other tools, `wsi` for `slide`, are
/// understood.
public struct ResolutionTable: Sendable, Equatable {
    /// Microns per pixel by slide.
    let microns: [String: Double]

    public init(contentsOf path: String) throws(InputError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .table(path: path, reason: "it cannot be read as UTF-8 text")
        }
        do {
            try self.init(text: text)
        } catch {
            throw .table(path: path, reason: error.description)
        }
    }

    /// What is wrong with a table, as a clause.
    struct Fault: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    init(text: String) throws(Fault) {
        let records: [CSVRecord]
        do { records = try CSV.records(in: text) } catch { throw Fault(description: error.description) }
        guard let header = records.first else { throw Fault(description: "it is empty") }
        let names = header.fields.map { Self.trimmed($0).lowercased() }
        guard let slide = names.firstIndex(where: { $0 == "slide" || $0 == "wsi" }),
            let mpp = names.firstIndex(of: "mpp")
        else { throw Fault(description: "its first line must name the columns slide and mpp") }
        var microns: [String: Double] = [:]
        for record in records.dropFirst() {
            guard record.fields.count > max(slide, mpp),
                let value = Double(Self.trimmed(record.fields[mpp]).replacing(",", with: ".")),
                Calibration.plausible.contains(value)
            else { throw Fault(description: "line \(record.line) has no mpp between 0.05 and 20") }
            let name = Self.trimmed(record.fields[slide])
            if let old = microns.updateValue(value, forKey: name), old != value {
                throw Fault(description: "line \(record.line) contradicts an earlier line for '\(name)'")
            }
        }
        self.microns = microns
    }

    /// The value for a slide: by its path, its file name, or its file name without suffix.
    public func micronsPerPixel(of path: String) -> Double? {
        let name = (path as NSString).lastPathComponent
        return microns[path] ?? microns[name] ?? microns[(name as NSString).deletingPathExtension]
    }

    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespaces) }
}
