import Networks
import Tensors

/// The distance of two RGB images of `side` px, NHWC.
func relativeL1(_ distance: PerceptualDistance, _ x: [Float], _ y: [Float], side: Int) -> Float {
    let graph = Graph()
    let images = ["x", "y"].map { graph.input($0, [1, side, side, 3]) }
    let features = images.map { distance.extractor.features(of: $0, in: graph) }
    let value = distance.relativeL1(original: features[0], reconstruction: features[1], in: graph)
    let program = Program([value], team: WorkerTeam(count: 1))
    program.set("x", to: x)
    program.set("y", to: y)
    program.run()
    return program.values(value)[0]
}
