import Records

/// Slides with what the reference says of them and their probabilities.
public struct SlideTaskTable: Sendable, Equatable {
    /// One slide of the reference.
    public struct Row: Sendable, Equatable {
        public let slide: String
        public let kind: SlideKind
        /// Nil if the submission lacks the slide.
        public let probability: Double?
    }

    /// One for each slide of the reference, sorted by name.
    public let rows: [Row]

    /// - Throws: ``ScoreTableError/unknownSlides(_:)`` if there are probabilities of slides that the
    ///   reference lacks.
    public init(_ probabilities: SlideProbabilities, reference: [String: SlideKind]) throws(ScoreTableError) {
        let unknown = probabilities.values.keys.filter { reference[$0] == nil }.sorted()
        guard unknown.isEmpty else { throw .unknownSlides(unknown) }
        rows = reference.sorted { $0.key < $1.key }.map { slide, kind in
            Row(slide: slide, kind: kind, probability: probabilities.values[slide])
        }
    }

    /// The probabilities of all slides of a kind that have one: the samples of the ROC curve.
    public func probabilities(_ kind: SlideKind) -> [Double] {
        rows.filter { $0.kind == kind }.compactMap(\.probability)
    }

    /// Slides of the reference without a probability.
    public var missing: [String] { rows.filter { $0.probability == nil }.map(\.slide) }

    /// A table with header; the probability of a missing slide is empty.
    public var table: String {
        CSV.line(["slide", "label", "probability"])
            + rows.map { row in
                let probability = row.probability.map { "\($0)" } ?? ""
                return "\(CSV.field(row.slide)),\(row.kind.rawValue),\(probability)\n"
            }.joined()
    }
}
