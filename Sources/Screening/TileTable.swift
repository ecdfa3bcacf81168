internal import Networks
internal import Pixels
internal import Records
internal import Tissue

/// `tiles.csv`: one row for every sampled tile, in grid order, whatever became of it.
enum TileTable {
    static let header = ["x", "y", "width", "height", "tissue_fraction", "status", "score", "percentile"]

    static func text(_ verdicts: [TileVerdict], normals: ScoreDistribution) -> String {
        var text = CSV.line(header)
        for verdict in verdicts {
            let cell = verdict.site.cell
            let fields = [
                "\(cell.x)", "\(cell.y)", "\(cell.width)", "\(cell.height)",
                decimal(verdict.site.tissueFraction, places: 4), verdict.status,
                verdict.score.map { "\($0)" } ?? "",
                verdict.score.map { decimal(normals.percentile(of: $0), places: 2) } ?? "",
            ]
            text += fields.joined(separator: ",") + "\n"
        }
        return text
    }

    /// Shortest text of a rounded number; a decimal point whatever the locale.
    static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }
}
