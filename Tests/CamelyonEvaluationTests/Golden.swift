import CamelyonEvaluation
import Foundation
import Pixels

/// `froc-golden.json`, which make_froc_golden.py writes.
struct Golden: Decodable {
    struct Mask: Decodable {
        let width: Int
        let height: Int
        let spans: [[Int]]
        let labels: [Int]
        let squares: [Int]
        let areas: [Int]
        let lengths: [Double]
        let isolated: [Bool]

        var plane: Plane<Bool> {
            var plane = Plane(width: width, height: height, filledWith: false)
            for span in spans {
                for column in span[1]..<span[2] { plane[column, span[0]] = true }
            }
            return plane
        }
    }

    struct Curve: Decodable {
        let slides: Int
        let lesions: Int
        let thresholds: [Double]
        let falsePositives: [Double]
        let sensitivity: [Double]
        let sensitivities: [Double]
        let score: Double
    }

    struct Slide: Decodable {
        let name: String
        let mask: Int?
        let detections: [[Double]]?

        func outcome(_ masks: [EvaluationMask]) throws -> SlideOutcome {
            let found = detections?.map { Detection(probability: $0[0], x: Int($0[1]), y: Int($0[2])) }
            guard let mask else { return SlideOutcome(normal: name, detections: found) }
            return try SlideOutcome(tumor: name, detections: found, mask: masks[mask])
        }
    }

    struct Experiment: Decodable {
        let slides: [Slide]
        let official: Curve
        let clean: Curve
    }

    struct Heatmap: Decodable {
        let width: Int
        let height: Int
        let scores: [Float?]
        let cells: Int
        let radius: Double
        let square: [[Double]]
        let disc: [[Double]]
    }

    let masks: [Mask]
    let froc: [Experiment]
    let heatmaps: [Heatmap]

    static func read() throws -> Golden {
        guard let url = Bundle.module.url(forResource: "froc-golden", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}
