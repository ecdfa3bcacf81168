public import Foundation
public import Networks
import Records

/// A model of this program as an ONNX file, for use elsewhere: autoencoder, extractor and score in one graph.
///
/// Input `crops` [N, C, H, W] float32 in [-1, 1]. Outputs `score` [N], `reconstruction` [N, C, H, W],
/// `latent` [N, c, h, w] and, for models with one tap, `map` [N, 1, H, W]. The batch N is free. The same
/// model, version and extractor give the same bytes.
public struct ONNXModel: Sendable {
    public let inputs: [ONNXValue]
    public let outputs: [ONNXValue]
    /// The file.
    public let bytes: [UInt8]

    /// Set 21 and format 10 came together with ONNX 1.16 (March 2024). Every operation here has kept its
    /// meaning since set 18, where reductions took their axes as an input; later sets would only lock out
    /// runtimes of the last years. Tested with ONNX Runtime 1.18.0, the first that reads it, and 1.31.1.
    static let operatorSet = 21
    static let formatVersion = 10

    /// Protocol Buffers cannot hold larger messages.
    static let sizeLimit = Int(Int32.max)

    /// Exports a model file. It is loaded first, so that nothing is exported that this program would refuse.
    ///
    /// - Parameters:
    ///   - url: a model file.
    ///   - extractor: file of the extractor, for models that do not contain it.
    ///   - producerVersion: version of this program, to be stated in the file.
    public init(
        contentsOf url: URL, extractor: URL? = nil, producerVersion: String
    ) throws(ONNXExportError) {
        try self.init(
            contentsOf: url, extractor: extractor, producerVersion: producerVersion,
            sizeLimit: Self.sizeLimit)
    }

    package init(
        contentsOf url: URL, extractor: URL? = nil, producerVersion: String, sizeLimit: Int
    ) throws(ONNXExportError) {
        let source = try Source(url, extractor: extractor)
        guard let architecture = source.documentation.record.architecture,
            source.documentation.record.extractor != nil, source.documentation.record.loss == nil
        else { throw .unsupported(detector: source.documentation.record.detector) }
        inputs = [Self.crops(architecture, source.documentation)]
        var graph = GraphBuilder()
        do throws(SafetensorsError) {
            outputs = Self.outputs(architecture, hasMap: try Self.build(&graph, from: source))
        } catch { throw .model(.safetensors(error)) }
        let message = Self.message(
            graph, inputs, outputs, source.documentation, producerVersion: producerVersion)
        guard message.bytes.count <= sizeLimit else {
            throw .tooLarge(bytes: message.bytes.count, limit: sizeLimit)
        }
        bytes = message.bytes
    }

    /// Adds the whole computation; returns whether it has a map.
    private static func build(
        _ graph: inout GraphBuilder, from source: Source
    ) throws(SafetensorsError) -> Bool {
        let record = source.documentation.record
        let autoencoder = AutoencoderGraph(file: source.file)
        guard let architecture = record.architecture, let described = record.extractor else {
            preconditionFailure("a model without autoencoder or extractor")
        }
        let code = try autoencoder.add(architecture.encoder, to: &graph, input: "crops")
        let latent = graph.add("Identity", code, name: "latent")
        let image = try autoencoder.add(architecture.decoder, to: &graph, input: latent)
        let reconstruction = graph.add("Identity", image, name: "reconstruction")
        let extractor = try ExtractorGraph(described, model: source.file, own: source.extractor)
        let score = try ScoreGraph(
            taps: described.taps, side: architecture.resolution, model: source.file)
        score.add(
            to: &graph,
            input: extractor.add(to: &graph, input: "crops", source: "crops"),
            reconstruction: extractor.add(to: &graph, input: reconstruction, source: "reconstruction"))
        return score.hasMap
    }

    private static func crops(
        _ architecture: AutoencoderArchitecture, _ documentation: ModelDocumentation
    ) -> ONNXValue {
        ONNXValue(
            name: "crops", dimensions: image(architecture, channels: architecture.imageChannels),
            documentation: documentation.crops)
    }

    private static func outputs(_ architecture: AutoencoderArchitecture, hasMap: Bool) -> [ONNXValue] {
        let code = architecture.latentResolution
        let map = ONNXValue(
            name: "map", dimensions: image(architecture, channels: 1), documentation: ModelDocumentation.map)
        return [
            ONNXValue(name: "score", dimensions: [.batch], documentation: ModelDocumentation.score),
            ONNXValue(
                name: "reconstruction",
                dimensions: image(architecture, channels: architecture.imageChannels),
                documentation: ModelDocumentation.reconstruction),
            ONNXValue(
                name: "latent",
                dimensions: [.batch, .fixed(architecture.latentChannels), .fixed(code), .fixed(code)],
                documentation: ModelDocumentation.latent),
        ] + (hasMap ? [map] : [])
    }

    private static func image(
        _ architecture: AutoencoderArchitecture, channels: Int
    ) -> [ONNXValue.Dimension] {
        [.batch, .fixed(channels), .fixed(architecture.resolution), .fixed(architecture.resolution)]
    }

    /// ModelProto.
    private static func message(
        _ graph: GraphBuilder, _ inputs: [ONNXValue], _ outputs: [ONNXValue],
        _ documentation: ModelDocumentation, producerVersion: String
    ) -> ProtobufMessage {
        var operators = ProtobufMessage()
        operators.add(1, "")
        operators.add(2, operatorSet)
        var message = ProtobufMessage()
        message.add(1, formatVersion)
        message.add(2, "wsi-screen")
        message.add(3, producerVersion)
        message.add(6, documentation.model)
        message.add(
            7,
            graph.message(
                name: documentation.record.name, documentation: documentation.model, inputs: inputs,
                outputs: outputs))
        message.add(8, operators)
        for (key, value) in documentation.metadata {
            var entry = ProtobufMessage()
            entry.add(1, key)
            entry.add(2, value)
            message.add(14, entry)
        }
        return message
    }
}

extension ONNXModel {
    /// What is exported: the files with the weights, found good, and what is said about them.
    private struct Source {
        let file: SafetensorsFile
        /// The extractor's own file; nil if its weights are in the model file.
        let extractor: SafetensorsFile?
        let documentation: ModelDocumentation

        init(_ url: URL, extractor: URL?) throws(ONNXExportError) {
            do {
                let file = try SafetensorsFile(contentsOf: url)
                let model = try ModelFile.load(file, extractor: extractor)
                let isExternal = model.record.extractor?.sha256 != nil
                self.file = file
                self.extractor =
                    if isExternal, let extractor { try SafetensorsFile(contentsOf: extractor) } else { nil }
                documentation = ModelDocumentation(
                    record: model.record, recordText: file.metadata[ModelFile.recordKey] ?? "",
                    stainTarget: model.stainTarget, normalScores: model.normalScores,
                    sha256: try Checksum.sha256(ofFile: url.path))
            } catch let error as ModelFileError {
                throw .model(error)
            } catch let error as SafetensorsError {
                throw .model(.safetensors(error))
            } catch {
                throw .model(.safetensors(.cannotRead(path: url.path, reason: "\(error)")))
            }
        }
    }
}

/// Why a model was not exported.
public enum ONNXExportError: Error, Equatable, CustomStringConvertible {
    /// The model file or its extractor cannot be used.
    case model(ModelFileError)
    case tooLarge(bytes: Int, limit: Int)
    /// Only reconstructions judged by features alone have a graph.
    case unsupported(detector: DetectorKind)

    public var description: String {
        switch self {
        case .model(let error): error.description
        case .unsupported(let detector):
            "only models of detector dpa with the perceptual loss can be exported, and this one is "
                + "\(detector == .dpa ? "judged by pixels" : "a \(detector.rawValue)"); "
                + "its safetensors file holds all numbers"
        case .tooLarge(let bytes, let limit):
            "the exported file would have \(bytes) bytes, and ONNX files can have at most \(limit); "
                + "use a narrower model"
        }
    }
}
