import Kernels
import Tensors

/// A network with one of everything that matters to programs: weights that change and weights that are frozen,
/// normalization, skips, resampling, sums over many elements, and derivatives by weights.
struct TinyNetwork {
    let graph = Graph()
    /// Values on the way, in the order of the computation.
    let intermediates: [Value]
    let loss: Value
    let gradients: [Value]
    private let parameters: [(name: String, shape: TensorShape)]

    /// - Parameter side: of the images, even; 64 makes most operations have several blocks.
    init(side: Int) {
        let channels = 4
        parameters = [
            ("images", [2, side, side, 3]), ("w1", [channels, 3, 3, 3]), ("b1", [channels]),
            ("w2", [channels, channels, 4, 4]), ("scale", [channels]), ("offset", [channels]),
        ]
        let leaves = parameters.map { [graph] in graph.parameter($0.name, $0.shape) }
        let frozen = graph.constant(
            TinyNetwork.values(count: 3 * channels * 9, seed: 77), [3, channels, 3, 3])
        let first = leaves[0].convolved(with: leaves[1], bias: leaves[2], padding: 1, slope: 0.1)
        let second = first.convolved(with: leaves[3], stride: 2, padding: 1)
            .batchNormalized(scale: leaves[4], offset: leaves[5]).leakyReLU(slope: 0.2)
        let up =
            second.resampled(height: side, width: side)
            + first.maximumPooled(window: 3, stride: 1, padding: 1)
        let image = up.convolved(with: frozen, padding: 1).logistic
        let similarity = image.structuralSimilarity(to: leaves[0], window: 5, sigma: 1.5)
        intermediates = [first, second, up, image, similarity]
        loss = 1 - similarity.mean + (image - leaves[0]).absolute.mean
        gradients = graph.gradients(of: loss, withRespectTo: leaves)
    }

    /// A program with seeded values for all leaves.
    func makeProgram(_ results: [Value], workers: Int) -> Program {
        let program = Program(results, team: WorkerTeam(count: workers))
        setLeaves(of: program, seed: 5)
        return program
    }

    func setLeaves(of program: Program, seed: UInt64) {
        for (index, (name, shape)) in parameters.enumerated() {
            program.set(name, to: Self.values(count: shape.count, seed: seed + UInt64(index)))
        }
    }

    private static func values(count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.nextUnit()) - 0.3 }
    }
}

/// Whether two sequences agree to the last bit. One Boolean, since a test that compares long arrays itself would
/// take minutes to describe how they differ.
func haveSameBytes(_ left: [Float], _ right: [Float]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
}
