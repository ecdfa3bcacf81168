internal import Records

/// A finished search in numbers: one row a trial, what each value of a parameter is worth, and the winner.
public struct SearchReport: Sendable, Equatable, Codable {
    /// A trial, or a combination that is none.
    public struct Row: Sendable, Equatable, Codable {
        public enum Status: String, Sendable, Codable {
            case complete
            case failed
            case abandoned
            case impossible
        }

        /// From 1, by the criterion; nil for trials that cannot be chosen.
        public let rank: Int?
        /// Name of the trial's folder.
        public let trial: String?
        public let status: Status
        /// One for each parameter.
        public let values: [String]
        public let area: Double?
        public let deviation: Double?
        /// Of each fold.
        public let areas: [Double?]
        public let loss: Double?
        /// Mean over the folds; 0 for detectors that are fitted.
        public let updates: Double?
        public let reason: String?
    }

    /// What a value of a parameter is worth: over all complete trials that have it.
    public struct Value: Sendable, Equatable, Codable {
        public let parameter: String
        public let value: String
        public let trials: Int
        public let meanArea: Double?
        public let bestArea: Double?
    }

    public let criterion: SearchCriterion
    /// Images that were scored.
    public let normals: Int
    public let anomalies: Int
    /// Images of the manifest that could not be used.
    public let unusable: Int
    /// Of the anomalies, as the manifest calls them.
    public let kinds: [String]
    public let folds: Int
    public let seed: UInt64
    public let parameters: [String]
    /// Chosen ones first.
    public let rows: [Row]
    public let values: [Value]

    public init(_ results: SearchResults, criterion: SearchCriterion) {
        let (configuration, data) = (results.configuration, results.data)
        self.criterion = criterion
        let scores = results.folds.flatMap { $0 }
        normals = Set(scores.flatMap { $0.heldOut.map(\.image) }).count
        anomalies = Set(scores.flatMap { $0.anomalies.map(\.image) }).count
        unusable = data.normals.count + data.anomalies.count - normals - anomalies
        kinds = AnomalyKinds(data).names
        (folds, seed) = (data.folds, configuration.seed)
        parameters = configuration.axes.map(\.name)
        let ranking = results.ranking(criterion)
        let others = results.trials.indices.filter { !ranking.contains($0) }
        let ranked = ranking.enumerated().map { Self.row(results, $0.element, rank: $0.offset + 1) }
        rows =
            ranked + others.map { Self.row(results, $0, rank: nil) }
            + results.impossible.map { Self.row(configuration, $0) }
        values = Self.values(results, ranking)
    }

    private static func labels(_ configuration: SearchConfiguration, _ places: [Int]) -> [String] {
        zip(configuration.axes, places).map { $0.values[$1].label }
    }

    private static func row(_ results: SearchResults, _ trial: Int, rank: Int?) -> Row {
        let (folds, score) = (results.folds[trial], results.score(trial))
        let failure = folds.lazy.compactMap(\.failure).first
        let abandoned = results.abandoned[trial].map { "not continued after fold \($0)" }
        let updates = folds.reduce(0.0) { $0 + Double($1.updates) } / Double(max(1, folds.count))
        let status: Row.Status =
            abandoned != nil ? .abandoned : results.isComplete(trial) ? .complete : .failed
        return Row(
            rank: rank, trial: String(results.identities[trial].prefix(12)), status: status,
            values: results.configuration.axes.indices.map {
                results.trials[trial].label($0, of: results.configuration)
            }, area: score.meanArea,
            deviation: score.deviation, areas: score.areas, loss: score.loss,
            updates: folds.isEmpty ? nil : updates, reason: failure ?? abandoned)
    }

    private static func row(_ configuration: SearchConfiguration, _ trial: ImpossibleTrial) -> Row {
        Row(
            rank: nil, trial: nil, status: .impossible, values: labels(configuration, trial.places),
            area: nil, deviation: nil, areas: [], loss: nil, updates: nil, reason: trial.reason)
    }

    private static func values(_ results: SearchResults, _ complete: [Int]) -> [Value] {
        results.configuration.axes.enumerated().flatMap { place, axis in
            axis.values.enumerated().map { index, value in
                let trials = complete.filter { results.trials[$0].means(index, of: place) }
                let areas = trials.compactMap { results.score($0).meanArea }
                return Value(
                    parameter: axis.name, value: value.label, trials: trials.count,
                    meanArea: areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count),
                    bestArea: areas.max())
            }
        }
    }

    /// The trial that is chosen.
    public var winner: Row? { rows.first { $0.rank == 1 } }

    /// One row a trial, as CSV.
    public var table: String {
        let parts = (1...folds).map { "auc_fold_\($0)" }
        var text = CSV.line(
            ["rank", "trial", "status"] + parameters.map { $0 == "loss" ? "loss_kind" : $0 } + [
                "auc", "auc_sd",
            ] + parts
                + ["loss", "updates", "reason"])
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        for row in rows {
            let areas = row.areas + [Double?](repeating: nil, count: max(0, folds - row.areas.count))
            var fields = [row.rank.map { "\($0)" } ?? "", row.trial ?? "", row.status.rawValue]
            fields += row.values + [number(row.area), number(row.deviation)] + areas.map(number)
            text += CSV.line(fields + [number(row.loss), number(row.updates), row.reason ?? ""])
        }
        return text
    }
}
