/// Areas under the ROC curve of several runs, such as trainings from different seeds.
public struct RepeatedRuns: Sendable, Equatable, Codable {
    public let areas: [Double]
    public let mean: Double
    /// Of the sample, with n - 1 in the denominator; nil for a single run.
    public let standardDeviation: Double?

    /// Nil without a run, or if an area is not finite.
    public init?(areas: [Double]) {
        guard !areas.isEmpty, areas.allSatisfy(\.isFinite) else { return nil }
        self.areas = areas
        mean = areas.reduce(0, +) / Double(areas.count)
        standardDeviation = Self.standardDeviation(areas)
    }

    static func standardDeviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
