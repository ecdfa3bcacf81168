/// One image of an evaluation.
public struct ScoredImage: Sendable, Equatable {
    /// Higher means more abnormal.
    public let score: Double
    public let isAbnormal: Bool
    /// Slide or patient.
    public let group: String?
    /// What is wrong with an abnormal image; there may be several, or none is known.
    public let classes: [String]
    /// What tells the image from all others, such as its file; nil if that is not known.
    public let name: String?

    public init(
        score: Double, isAbnormal: Bool, group: String? = nil, classes: [String] = [], name: String? = nil
    ) {
        self.score = score
        self.isAbnormal = isAbnormal
        self.group = group
        self.classes = classes
        self.name = name
    }

    /// Words that say that something is wrong, but not what.
    private static let unspecific: Set<String> = [
        "abnormal", "1", "anomaly", "anomalous", "positive", "bad", "defect", "disease", "diseased",
    ]

    /// Splits findings that are joined by vertical bars, `Effusion|Mass`; a word such as `abnormal` is no class.
    public static func classes(joined text: String) -> [String] {
        text.split(separator: "|").map { part in
            let words = part.split(whereSeparator: \.isWhitespace)
            return words.joined(separator: " ")
        }.filter { !$0.isEmpty && !unspecific.contains($0.lowercased()) }
    }
}

extension LabeledScores {
    public init(_ images: [ScoredImage]) throws(LabeledScoresError) {
        try self.init(scores: images.map(\.score), isAbnormal: images.map(\.isAbnormal))
    }
}
