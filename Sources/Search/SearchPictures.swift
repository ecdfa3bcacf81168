public import Pictures

/// The search as pictures: every trial as a line through its values, and the two parameters that matter most as a map.
public struct SearchPictures {
    public let lines: ParallelCoordinatesPicture
    /// Nil with fewer than two parameters of several values.
    public let map: GridHeatmapPicture?

    public init(_ results: SearchResults, criterion: SearchCriterion) {
        let configuration = results.configuration
        let ranking = results.ranking(criterion)
        let name = criterion == .auc ? "mean AUC" : "minus mean held-out score"
        func value(_ trial: Int) -> Double? {
            results.isComplete(trial) ? criterion.value(results.score(trial)) : nil
        }
        lines = ParallelCoordinatesPicture(
            title: "\(results.trials.count) trials",
            axes: configuration.axes.map { axis in
                ParallelCoordinatesPicture.Axis(name: axis.name, labels: axis.values.map(\.label))
            },
            trials: results.trials.indices.map { trial in
                ParallelCoordinatesPicture.Trial(
                    values: results.trials[trial].places, score: value(trial),
                    isWinner: trial == ranking.first)
            }, scoreName: name)
        map = Self.map(results, ranking, name: name, value: value)
    }

    private static func map(
        _ results: SearchResults, _ ranking: [Int], name: String, value: (Int) -> Double?
    ) -> GridHeatmapPicture? {
        let axes = results.configuration.axes
        let spreads = axes.indices.map { place in
            spread(
                axes[place].values.indices.map { index in
                    mean(results, ranking.filter { results.trials[$0].means(index, of: place) }, [:], value)
                })
        }
        let chosen = axes.indices.filter { axes[$0].values.count > 1 }
            .sorted { (-spreads[$0], $0) < (-spreads[$1], $1) }.prefix(2).sorted()
        guard chosen.count == 2, let winner = ranking.first else { return nil }
        let (row, column) = (chosen[0], chosen[1])
        let places = results.trials[winner].places
        return GridHeatmapPicture(
            title: axes.count > 2 ? "mean over the other parameters" : "\(results.trials.count) trials",
            rowName: axes[row].name, rows: axes[row].values.map(\.label), columnName: axes[column].name,
            columns: axes[column].values.map(\.label),
            values: axes[row].values.indices.map { first in
                axes[column].values.indices.map {
                    mean(results, ranking, [row: first, column: $0], value)
                }
            }, scoreName: name, winner: (row: places[row], column: places[column]))
    }

    /// Mean value of the trials with these places.
    private static func mean(
        _ results: SearchResults, _ ranking: [Int], _ places: [Int: Int], _ value: (Int) -> Double?
    ) -> Double? {
        let trials = ranking.filter { trial in
            results.trials[trial].has(places)
        }
        let values = trials.compactMap(value)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func spread(_ values: [Double?]) -> Double {
        let known = values.compactMap { $0 }
        guard let low = known.min(), let high = known.max() else { return 0 }
        return high - low
    }
}
