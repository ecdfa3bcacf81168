/// How well one kind of abnormality is told from normal.
public struct ClassRow: Sendable, Equatable, Codable {
    public let name: String
    /// Of the abnormal images that have this class, possibly beside others, against all normal images.
    public let area: AreaEstimate

    /// Rows of all classes of abnormal images, sorted by name. An image counts for each of its classes.
    ///
    /// - Throws: ``LabeledScoresError`` if a score is not finite or there is no normal image. Without any class the
    ///   table is empty.
    public static func table(
        of images: [ScoredImage], confidence: Double = 0.95
    ) throws(LabeledScoresError) -> [ClassRow] {
        if let index = images.firstIndex(where: { !$0.score.isFinite }) { throw .notFinite(index: index) }
        let normal = images.filter { !$0.isAbnormal }.map(\.score)
        var abnormal: [String: [Double]] = [:]
        for image in images where image.isAbnormal {
            for name in Set(image.classes) { abnormal[name, default: []].append(image.score) }
        }
        var rows: [ClassRow] = []
        for (name, scores) in abnormal.sorted(by: { $0.key < $1.key }) {
            let labeled = try LabeledScores(normal: normal, abnormal: scores)
            rows.append(ClassRow(name: name, area: DeLong.estimate(labeled, confidence: confidence)))
        }
        return rows
    }
}
