internal import Kernels
internal import Pixels
internal import Slides
internal import Staining
internal import Tissue

/// The stain of a whole slide, from a seeded sample of its tiles pooled into one estimate.
struct SlideStainEstimation {
    /// Tiles looked at: enough for stable vectors, few enough to cost a second.
    static let tileCount = 32
    /// Tiles with more glass than this say little about the stain and shift the percentiles.
    static let wantedTissue = 0.5
    /// Every n-th row and column, so that all sampled tiles fit the sample's capacity at full rank.
    static let step = 4

    let seed: UInt64

    /// The tiles to look at: those with the smallest hash among the ones with enough tissue or, if they are
    /// few, those with the most tissue. In the order in which they are added.
    func sites(among sites: [TileSite]) -> [TileSite] {
        let rich = sites.filter { $0.tissueFraction >= Self.wantedTissue }
        guard rich.count >= Self.tileCount else {
            return Array(
                sites.sorted { ($0.tissueFraction, -$0.index) > ($1.tissueFraction, -$1.index) }
                    .prefix(Self.tileCount))
        }
        let ranked = rich.map { ($0, SeededGenerator.hash(seed, 1, $0.column, $0.row)) }
        return ranked.sorted { $0.1 < $1.1 }.prefix(Self.tileCount).map(\.0)
    }

    /// Reads the tiles and fits one matrix to all of them.
    ///
    /// - Throws: `StainFailure` if the slide has no two stains; `SlideFailure` if the slide is lost.
    func estimate(
        sites: [TileSite], source: SlideSource, level: SlideDescription.Level, match: StainMatch
    ) async throws -> StainEstimate {
        var sample = StainSample(match: match)
        var unread: String?
        for site in self.sites(among: sites) {
            try Task.checkCancellation()
            switch try await source.read(site.tile, level: level) {
            case .pixels(let image): sample.add(image, step: Self.step)
            case .unread(let reason): unread = reason
            }
        }
        if sample.count == 0, let unread {
            throw SlideFailure(
                .corruptTiles, path: source.path,
                detail: "none of the tiles sampled for the stain can be read (\(unread))")
        }
        return try VahadaneFitter(match: match).fit(sample)
    }
}
