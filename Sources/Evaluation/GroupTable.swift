/// The images of one slide or patient.
public struct GroupRow: Sendable, Equatable, Codable {
    public let group: String
    public let images: Int
    public let abnormal: Int
    /// Of the scores.
    public let mean: Double
    public let maximum: Double
    public let p95: Double
    /// Area under the ROC curve within the group; nil if its images are of one kind.
    public let area: Double?

    /// Rows of all groups, sorted by name. Images without a group are in none.
    ///
    /// - Throws: ``LabeledScoresError/notFinite(index:)`` for a score that is NaN or infinite.
    public static func table(of images: [ScoredImage]) throws(LabeledScoresError) -> [GroupRow] {
        if let index = images.firstIndex(where: { !$0.score.isFinite }) { throw .notFinite(index: index) }
        var groups: [String: [ScoredImage]] = [:]
        for image in images {
            if let group = image.group { groups[group, default: []].append(image) }
        }
        return groups.sorted { $0.key < $1.key }.map { GroupRow(group: $0.key, images: $0.value) }
    }

    private init(group: String, images: [ScoredImage]) {
        let sorted = images.map(\.score).sorted()
        self.group = group
        self.images = images.count
        abnormal = images.count(where: \.isAbnormal)
        mean = sorted.reduce(0, +) / Double(sorted.count)
        maximum = sorted[sorted.count - 1]
        p95 = Percentile.value(95, of: sorted)
        area = ROC.area(
            normal: images.filter { !$0.isAbnormal }.map(\.score),
            abnormal: images.filter(\.isAbnormal).map(\.score))
    }
}
