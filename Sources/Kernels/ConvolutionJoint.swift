/// What a convolution does to each value just before it stores it, with the element at the same place of another
/// map of the result's size: one pass over memory instead of two.
public enum ConvolutionJoint {
    case none
    /// value + element
    case adding(UnsafePointer<Float>)
    /// The value where the element is above 0, else slope · value: the derivative of a leaky ReLU.
    case gated(by: UnsafePointer<Float>, slope: Float)

    var addend: UnsafePointer<Float>? {
        if case .adding(let addend) = self { addend } else { nil }
    }

    var gate: UnsafePointer<Float>? {
        if case .gated(let gate, _) = self { gate } else { nil }
    }

    var gateSlope: Float {
        if case .gated(_, let slope) = self { slope } else { 1 }
    }
}
