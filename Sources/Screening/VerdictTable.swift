internal import Records
package import Slides

/// The results of a slide's tiles, put back into grid order, and the count of what could not be read.
package struct VerdictTable<Verdict> {
    private var places: [Verdict?]
    package private(set) var done = 0
    private(set) var unread = 0

    package init(count: Int) {
        places = [Verdict?](repeating: nil, count: count)
    }

    /// - Throws: `corrupt_tiles` as soon as more than `maximumUnread` of all tiles are unread.
    package mutating func put(
        _ verdict: Verdict, at index: Int, unreadReason: String?, maximumUnread: Double, path: String
    ) throws(SlideFailure) {
        precondition(places[index] == nil, "tile \(index) came twice")
        places[index] = verdict
        done += 1
        guard let unreadReason else { return }
        unread += 1
        if Double(unread) > maximumUnread * Double(places.count) {
            let limit = CSV.decimal(maximumUnread * 100, places: 3)
            throw SlideFailure(
                .corruptTiles, path: path,
                detail: "more than \(limit) % of the \(places.count) tiles cannot be read (\(unreadReason))")
        }
    }

    /// All results in grid order. Traps if one is missing: the stages lose nothing.
    package func inGridOrder() -> [Verdict] {
        let verdicts = places.compactMap { $0 }
        precondition(
            verdicts.count == places.count, "\(places.count) tiles went in and \(verdicts.count) came out")
        return verdicts
    }
}
