/// What a convolution does to its values just before it stores them, with the elements at the same places of another
/// map of the result's size, or with neighbors: one pass over memory instead of two.
public enum ConvolutionJoint {
    case none
    /// value + element
    case adding(UnsafePointer<Float>)
    /// The value where the element is above 0, else slope · value: the derivative of a leaky ReLU.
    case gated(by: UnsafePointer<Float>, slope: Float)
    /// The maximum of every cell of 2 x 2 pixels; see ``ForwardConvolution/canHalve``.
    case halving

    var addend: UnsafePointer<Float>? {
        if case .adding(let addend) = self { addend } else { nil }
    }

    var gate: UnsafePointer<Float>? {
        if case .gated(let gate, _) = self { gate } else { nil }
    }

    var halves: Bool {
        if case .halving = self { true } else { false }
    }

    var gateSlope: Float {
        if case .gated(_, let slope) = self { slope } else { 1 }
    }
}
