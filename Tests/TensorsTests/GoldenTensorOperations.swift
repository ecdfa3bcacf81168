import Foundation
import Tensors

/// What PyTorch computed; written by make_tensor_golden.py, which says what the tensors are.
struct GoldenTensorOperations: Decodable {
    let torch: String
    let cases: [Case]

    struct Case: Decodable, Sendable {
        let name: String
        let inputs: [String: Tensor]
        let cotangent: Tensor
        let output: Tensor
        let first: [String: Tensor]
        let second: [String: Tensor]
    }

    struct Tensor: Decodable, Sendable {
        enum Layout: String, Decodable, Sendable {
            case images = "NCHW"
            case plain
        }
        let layout: Layout
        private let shape: [Int]
        private let values: [Float]

        /// Images as batch x height x width x channels.
        var tensorShape: TensorShape {
            layout == .images ? [shape[0], shape[2], shape[3], shape[1]] : TensorShape(shape)
        }

        /// In the order of ``tensorShape``.
        var elements: [Float] {
            guard layout == .images else { return values }
            let (channels, pixels) = (shape[1], shape[2] * shape[3])
            return (0..<shape[0]).flatMap { image in
                (0..<pixels).flatMap { pixel in
                    (0..<channels).map { values[(image * channels + $0) * pixels + pixel] }
                }
            }
        }
    }

    static func load() throws -> GoldenTensorOperations {
        guard let url = Bundle.module.url(forResource: "tensor-golden", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}
