import Foundation
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct `Resampling against the golden data` {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let input: [[Float]]
            let size: [Int]
            let output: [[Float]]
        }
        let bilinear_no_antialias: [Case]
    }

    @Test func `bilinear resampling equals PyTorch`() throws {
        let data = try Data(contentsOf: SharedData.url("golden/dpa/resize_roc.json"))
        let cases = try JSONDecoder().decode(Golden.self, from: data).bilinear_no_antialias
        #expect(cases.count == 6)
        for known in cases {
            let graph = Graph()
            let image = graph.input("image", [1, known.input.count, known.input[0].count, 1])
            let resampled = image.resampled(height: known.size[0], width: known.size[1])
            let program = Program([resampled], team: WorkerTeam(count: 1))
            program.set("image", to: known.input.flatMap { $0 })
            program.run()
            let expected = known.output.flatMap { $0 }
            let largest = try #require(zip(program.values(resampled), expected).map { abs($0 - $1) }.max())
            #expect(largest < 1e-4, "to \(known.size)")
        }
    }
}
