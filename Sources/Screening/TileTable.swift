internal import Networks
internal import Pixels
internal import Records
internal import Tissue

/// `tiles.csv`: one row for every sampled tile, in grid order, whatever became of it.
enum TileTable {
    static let header = ["x", "y", "width", "height", "tissue_fraction", "status", "score", "percentile"]

    static func text(_ verdicts: [TileVerdict], normals: ScoreDistribution?) -> String {
        CSV.line(header) + verdicts.map { row($0, normals: normals) }.joined()
    }

    private static func row(_ verdict: TileVerdict, normals: ScoreDistribution?) -> String {
        let cell = verdict.site.cell
        var fields = [cell.x, cell.y, cell.width, cell.height].map(String.init)
        fields += [CSV.decimal(verdict.site.tissueFraction, places: 4), verdict.status]
        if let score = verdict.score, let normals {
            fields += [score.description, CSV.decimal(normals.percentile(of: score), places: 2)]
        } else {
            fields += ["", ""]
        }
        return fields.joined(separator: ",") + "\n"
    }
}
