internal import Flow
internal import Networks

/// Third stage: the model's score of each prepared crop. Every worker has scratch memory of its own; weights
/// are shared.
actor TileScorer: StageWorker {
    private let scorer: any AnomalyScorer

    init(model: ScreeningModel) {
        scorer = model.makeScorer()
    }

    func process(_ tile: PreparedTile) throws -> TileVerdict {
        switch tile.content {
        case .unread(let reason): TileVerdict(site: tile.site, outcome: .unread(reason))
        case .degenerateStain(let reason): TileVerdict(site: tile.site, outcome: .degenerateStain(reason))
        case .image(let image): TileVerdict(site: tile.site, outcome: .scored(try scorer.score(image)))
        }
    }
}
