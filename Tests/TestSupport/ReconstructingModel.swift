public import Networks

/// A model that was expected to reconstruct, and does not.
public struct NoReconstruction: Error {}

extension ScreeningModel {
    /// The parts of a model of detector dpa.
    public var reconstruction: Reconstruction {
        get throws(NoReconstruction) {
            guard case .dpa(let reconstruction) = detector else { throw NoReconstruction() }
            return reconstruction
        }
    }

    /// A scorer that also tells what it computed on the way.
    public func makePerceptualScorer(mapsAnomalies: Bool = false) throws(NoReconstruction) -> PerceptualScorer
    {
        PerceptualScorer(try reconstruction, mapsAnomalies: mapsAnomalies)
    }
}
