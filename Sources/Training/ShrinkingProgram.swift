import Tensors

/// Brings batches of images to a lower resolution, as growing does.
struct ShrinkingProgram {
    private let program: Program
    private let output: Value
    /// Where the batch goes.
    let input: UnsafeMutablePointer<Float>

    init(batch: Int, channels: Int, from side: Int, to resolution: Int, team: WorkerTeam) {
        let graph = Graph()
        let images = graph.input("images", [batch, side, side, channels])
        // Without a change of size, the product with 1 is the cheapest program.
        output = side == resolution ? images * 1 : images.resampled(height: resolution, width: resolution)
        program = Program([output], team: team)
        guard let memory = program.leaf("images")?.baseAddress else {
            preconditionFailure("no memory for images")
        }
        input = memory
    }

    func run() -> UnsafeBufferPointer<Float> {
        program.run()
        return program.result(output)
    }
}
