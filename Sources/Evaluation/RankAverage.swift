extension LabeledScores {
    /// Each image's mean mid-rank over several scores of the same images: from 1, the most normal, to the
    /// number of images. Every score has the same say, whatever its scale.
    ///
    /// Ranks are taken among these very images, without their labels. For a single image they do not exist:
    /// there the percentile of each score among held-out normal images takes their place.
    ///
    /// - Parameter methods: at least one.
    /// - Precondition: all have the same labels in the same order.
    public static func rankAverage(of methods: [LabeledScores]) throws(LabeledScoresError) -> LabeledScores {
        precondition(!methods.isEmpty, "no scores to average")
        let labels = methods[0].isAbnormal
        // Whole numbers, so that images of equal mean rank are exactly equal.
        var doubledSums = [Int](repeating: 0, count: labels.count)
        for method in methods {
            precondition(method.isAbnormal == labels, "scores of different images")
            for (image, rank) in RankOrder(method.scores).doubledMidRanks.enumerated() {
                doubledSums[image] += rank
            }
        }
        let divisor = Double(2 * methods.count)
        return try LabeledScores(scores: doubledSums.map { Double($0) / divisor }, isAbnormal: labels)
    }
}
