/// A differentiable operation. It knows its shape rule, its derivative and how to compute itself; nothing
/// else in this module knows about particular operations.
protocol Operation: Sendable {
    /// Shape of the result; traps with the sizes if the inputs do not fit.
    func resultShape(of inputs: [TensorShape]) -> TensorShape

    /// What computes the result for these shapes; made once per program.
    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel

    /// The vector-Jacobian product: for each input, the derivative of a scalar s by that input, given
    /// `cotangent` = ds/d(result). Nil where it is zero everywhere. Made of operations, hence differentiable
    /// again.
    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?]

    /// Whether the result has the same elements in the same order as the first input, and thus its memory.
    var isView: Bool { get }

    /// What the kernel that computes the first input may do in passing: an operation element by element with the
    /// second, or one on neighbors. Nil if it is not of that kind.
    var joint: Joint? { get }
}

extension Operation {
    var isView: Bool { false }
    var joint: Joint? { nil }
}

/// An operation that a kernel can do before it stores its result: on two maps of one size, element by element, or on
/// cells of neighbors.
enum Joint: Sendable {
    case addition
    /// See ``Value/gated(by:slope:)``.
    case gate(slope: Float)
    /// The maximum of every cell of 2 x 2 pixels.
    case halving
}

/// A compiled operation: independent blocks of work that may run at once, in any order, on any threads.
///
/// How the work is cut depends on shapes alone and every block writes its own part of the result, or its own
/// partial sums, so that results have the same bytes for any number of workers.
protocol TensorKernel: Sendable {
    /// Number of independent blocks.
    var blockCount: Int { get }
    /// Floats of private memory that a worker needs for one block.
    var scratchCount: Int { get }
    /// Floats of memory for partial results between the blocks and ``finish(_:)``.
    var sharedCount: Int { get }
    /// The operand that is wanted in another layout, if any.
    var packing: WeightPacking? { get }
    /// An operand of the result's size that the result may overwrite element by element.
    var overwritable: [Int] { get }

    /// This kernel followed by `joint`, whose second map, if it has one, is an operand more; nil if it cannot do that.
    func joined(by joint: Joint) -> (any TensorKernel)?

    func run(block: Int, _ operands: Operands)
    /// Runs once, after all blocks.
    func finish(_ operands: Operands)
}

extension TensorKernel {
    var scratchCount: Int { 0 }
    var sharedCount: Int { 0 }
    var packing: WeightPacking? { nil }
    var overwritable: [Int] { [] }
    func joined(by joint: Joint) -> (any TensorKernel)? { nil }
    func finish(_ operands: Operands) {}
}

/// Memory that a kernel works on.
struct Operands {
    let inputs: UnsafePointer<UnsafePointer<Float>>
    let result: UnsafeMutablePointer<Float>
    let shared: UnsafeMutablePointer<Float>
    /// The packed operand; meaningless without ``TensorKernel/packing``.
    let packed: UnsafePointer<Float>
    /// Of the worker that runs the block.
    let scratch: UnsafeMutablePointer<Float>

    subscript(input: Int) -> UnsafePointer<Float> { inputs[input] }
}

/// A layout in which a kernel wants its weights.
struct WeightPacking: Sendable {
    /// Index of the operand.
    let operand: Int
    /// Identity of the layout: equal texts mean equal bytes for the same weights.
    let layout: String
    /// Floats of the packed form.
    let count: Int
    let pack: @Sendable (_ weights: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) -> Void
}
