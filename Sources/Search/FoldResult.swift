/// What came of one configuration in one fold: the scores of everything that may judge it.
public struct FoldResult: Sendable, Equatable, Codable {
    public struct Score: Sendable, Equatable, Codable {
        /// Index in ``SearchData/normals`` or ``SearchData/anomalies``.
        public let image: Int
        public let score: Float
    }

    /// Names configuration, images, division and version: a result of another one is not this one.
    public let identity: String
    public let fold: Int
    /// Of the fold's own normal images.
    public let heldOut: [Score]
    /// Of the anomalies that may be looked at in this fold.
    public let anomalies: [Score]
    /// Updates of the network; 0 for detectors that are fitted.
    public let updates: Int
    /// Lower-case SHA-256 of the model file.
    public let modelDigest: String?
    /// Why there is no model, in which case there are no scores.
    public let failure: String?

    public init(
        identity: String, fold: Int, heldOut: [Score], anomalies: [Score], updates: Int,
        modelDigest: String? = nil, failure: String? = nil
    ) {
        self.identity = identity
        self.fold = fold
        self.heldOut = heldOut
        self.anomalies = anomalies
        self.updates = updates
        self.modelDigest = modelDigest
        self.failure = failure
    }

    static func failed(_ identity: String, fold: Int, _ reason: String) -> FoldResult {
        FoldResult(
            identity: identity, fold: fold, heldOut: [], anomalies: [], updates: 0, failure: reason)
    }

    /// Mean score of the normal images that were not trained on: what is known without any anomaly.
    public var meanHeldOutScore: Double? {
        heldOut.isEmpty ? nil : heldOut.reduce(0) { $0 + Double($1.score) } / Double(heldOut.count)
    }
}
