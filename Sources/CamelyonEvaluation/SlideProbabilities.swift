import Records

/// The probability of each slide to have tumor: a submission to the slide task, and with the reference the
/// input of the area under the ROC curve.
public struct SlideProbabilities: Sendable, Equatable {
    /// By the slide's base name; all finite.
    public private(set) var values: [String: Double] = [:]

    public init() {}

    /// Adds a slide.
    ///
    /// - Returns: false if it is there already; the first value stays.
    /// - Throws: ``ScoreTableError/unusableName(_:)``.
    public mutating func add(_ probability: Double, of slide: String) throws(ScoreTableError) -> Bool {
        precondition(probability.isFinite, "slide '\(slide)' with the probability \(probability)")
        try checkName(slide)
        guard values[slide] == nil else { return false }
        values[slide] = probability
        return true
    }

    /// Reads a file of rows `name,probability` without header.
    public init(contentsOf path: String) throws(ScoreTableError) {
        var read = SlideProbabilities()
        try ScoreTableReader(path: path).forEachRow(columns: 2) { row throws(ScoreTableError) in
            let slide = row.text(0)
            guard !slide.isEmpty else { throw .noName(path: row.path, line: row.line) }
            guard try read.add(try row.number(1, name: "probability"), of: slide) else {
                throw .repeatedSlide(path: row.path, line: row.line, slide: slide)
            }
        }
        self = read
    }

    /// Rows `name,probability` without header, sorted by name.
    public var text: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key),\($0.value)\n" }.joined()
    }

    /// Writes ``text``, whole or not at all.
    public func write(to path: String) throws(ScoreTableError) {
        do throws(FileError) { try AtomicFile.write(Array(text.utf8), to: path) } catch { throw .file(error) }
    }
}
