internal import Kernels
internal import Records
internal import Training

/// Normal images in folds of nearly equal size, whole sets at a time.
struct FoldDivision {
    let foldOfNormal: [Int]
    /// Of anomalies whose set also has normal images; nil for all others.
    let foldOfAnomaly: [Int?]

    /// - Parameters:
    ///   - sets: a number for each image, equal for those that must stay together: first the normal images, then the
    ///     anomalies.
    ///   - normals: number of normal images.
    ///   - seed: decides which sets go together.
    /// - Throws: ``SearchDataError/tooFewGroups(groups:folds:)``.
    init(sets: [Int], normals: Int, folds: Int, seed: UInt64) throws(SearchDataError) {
        let sizes = Dictionary(sets.prefix(normals).map { ($0, 1) }, uniquingKeysWith: +)
        var order = sizes.keys.sorted()
        guard order.count >= folds else { throw .tooFewGroups(groups: order.count, folds: folds) }
        var generator = SeededGenerator(seed: SeededGenerator.hash(seed, 0x466F, 0x6C64))
        order.shuffle(using: &generator)
        // Large sets first, each into the smallest fold: the folds differ by no more than the last set placed. Equal
        // sizes stay in the drawn order.
        let drawn = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
        order.sort {
            (-sizes[$0, default: 0], drawn[$0, default: 0]) < (-sizes[$1, default: 0], drawn[$1, default: 0])
        }
        var fold: [Int: Int] = [:]
        var counts = [Int](repeating: 0, count: folds)
        for set in order {
            let smallest = counts.indices.min { (counts[$0], $0) < (counts[$1], $1) } ?? 0
            fold[set] = smallest
            counts[smallest] += sizes[set, default: 0]
        }
        foldOfNormal = sets.prefix(normals).map { fold[$0, default: 0] }
        foldOfAnomaly = sets.dropFirst(normals).map { fold[$0] }
    }
}

extension SearchData {
    /// Names the images by content, label and fold; where the files lie does not matter.
    static func digest(
        _ images: [ImageListing.Image], _ digests: [String?], _ anomalies: [LabeledImage],
        _ division: FoldDivision, sets: [Int]
    ) -> String {
        var text = ""
        let normals = images.count - anomalies.count
        for index in images.indices {
            // Which normal images stay together decides, too, where groups of them tell when to stop.
            let fold =
                index < normals
                ? "\(division.foldOfNormal[index]) \(sets[index])"
                : "\(division.foldOfAnomaly[index - normals].map { "\($0)" } ?? "all") abnormal"
            text += "\(digests[index] ?? "unreadable") \(fold) \(images[index].name)\n"
        }
        return Checksum.sha256([UInt8](text.utf8))
    }
}
