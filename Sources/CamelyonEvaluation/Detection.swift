/// A place that is said to be tumor, in level-0 pixels: x to the right, y down.
public struct Detection: Sendable, Hashable {
    /// How sure it is. Any finite number: only the order matters in ``FROCCurve/Mode/clean``, while the
    /// challenge's script expects numbers above 0.
    public let probability: Double
    public let x: Int
    public let y: Int

    /// Traps when the probability is not finite.
    public init(probability: Double, x: Int, y: Int) {
        precondition(probability.isFinite, "detection with the probability \(probability)")
        self.probability = probability
        self.x = x
        self.y = y
    }
}
