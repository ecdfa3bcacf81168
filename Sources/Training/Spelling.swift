/// What somebody may have meant by a word that is not known.
enum Spelling {
    /// The known word that takes the fewest insertions, deletions and replacements, if they are few enough for
    /// a slip of the pen: at most two, and fewer than half of the letters.
    static func nearest(to word: String, among known: [String]) -> String? {
        let candidates = known.map { (word: $0, distance: distance(word, $0)) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
        let limit = min(2, (max(word.count, best.word.count) - 1) / 2)
        // Someone who writes a part of a name means that name.
        let isPart = word.count >= 3 && best.word.contains(word)
        if best.distance <= limit || isPart { return best.word }
        return word.count >= 3 ? known.first { $0.contains(word) || word.contains($0) } : nil
    }

    /// Edit distance after Levenshtein, one row of the table at a time.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let replaced = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
