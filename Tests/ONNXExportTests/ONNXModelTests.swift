import Foundation
import Kernels
import Networks
import ONNXExport
import Records
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct `ONNX export` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// An exported model beside what the program itself makes of the same file and the same random crops.
    private struct Pair {
        let url: URL
        let exported: ONNXModel
        let expected: ExpectedOutputs

        init(_ url: URL, extractor: URL? = nil, crops: [[Float]]? = nil) throws {
            self.url = url
            let file = try SafetensorsFile(contentsOf: url)
            let model = try ModelFile.load(file, extractor: extractor)
            let architecture = try model.reconstruction.autoencoder.architecture
            let count = architecture.imageChannels * architecture.resolution * architecture.resolution
            exported = try ONNXModel(contentsOf: url, extractor: extractor, producerVersion: "1.2.3")
            expected = try ExpectedOutputs(
                model, file, images: crops ?? [1, 2].map { Self.noise(count, seed: $0) })
        }

        private static func noise(_ count: Int, seed: UInt64) -> [Float] {
            var generator = SeededGenerator(seed: seed)
            return (0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) }
        }

        /// Largest difference of every output relative to its maximum, and of the scores relative to each.
        func check(outputs: Double = 1e-5, scores: Double = 1e-5) throws {
            let graph = try ParsedModel(exported.bytes)
            let found = try GraphEvaluator(model: graph).run(crops: expected.crops)
            #expect(Set(graph.outputs.map(\.name)) == Set(expected.outputs.keys))
            for (name, value) in expected.outputs {
                let output = try #require(found[name])
                #expect(output.shape == value.shape, "\(name)")
                let difference = try #require(maximumRelativeDifference(output.values, value.values))
                #expect(difference < outputs, "\(name)")
            }
            for (mine, theirs) in zip(expected.score.values, try #require(found["score"]).values) {
                #expect(theirs > 0 && abs(mine / theirs - 1) < scores)
            }
        }

        /// Leaves the exported file and what is expected of it for `check_onnx.py`, if that was asked for.
        func leave(as name: String) throws {
            guard let path = ProcessInfo.processInfo.environment["WSI_SCREEN_ONNX"] else { return }
            let folder = URL(fileURLWithPath: path, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(exported.bytes).write(to: folder.appendingPathComponent("\(name).onnx"))
            var tensors: NamedTensors = [:]
            for (key, value) in expected.outputs.merging(["crops": expected.crops], uniquingKeysWith: { $1 })
            {
                tensors[key] = Tensor(shape: value.shape, values: value.values.map { Float($0) })
            }
            try SafetensorsWriter.write(
                tensors, to: folder.appendingPathComponent("\(name).expected.safetensors"))
        }
    }

    private func pair(_ model: ExportCase) throws -> Pair {
        try Pair(URL(fileURLWithPath: folder.file("model.safetensors", model.file())))
    }

    @Test(arguments: ExportCase.small)
    func `the graph computes what the program computes`(model: ExportCase) throws {
        let pair = try pair(model)
        try pair.check()
        try pair.leave(as: model.name.replacing(", ", with: "-").replacing(" ", with: "-"))
    }

    @Test func `the built-in model computes what the program computes`() throws {
        let pair = try Pair(BuiltInModels.url("he-lung-demo"))
        try pair.check()
        try pair.leave(as: "he-lung-demo")
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the demo model has the golden scores`() throws {
        let golden = try SafetensorsFile(contentsOf: SharedData.url("golden/dpa/demo_crops.safetensors"))
        let crops = try golden.tensor("crops").values.map { $0 / 127.5 - 1 }
        let scores = try golden.tensor("scores").values
        let path = try folder.file("golden-demo.safetensors", GoldenDemoModel.bytes())
        let exported = try ONNXModel(contentsOf: URL(fileURLWithPath: path), producerVersion: "1.2.3")
        let graph = GraphEvaluator(model: try ParsedModel(exported.bytes))
        let found = try graph.run(crops: NumberArray(shape: [scores.count, 3, 64, 64], crops))
        let score = try #require(found["score"]).values.map { Float($0) }
        #expect(scores.count == 8)
        #expect(try #require(maximumDifference(score, scores)) < 1e-4)
        let first = Array(crops.prefix(3 * 64 * 64))
        try Pair(URL(fileURLWithPath: path), crops: [first]).leave(as: "golden-demo")
    }

    @Test(arguments: ExportCase.small.filter { $0.taps.count == 1 })
    func `the program's own map of an image is the definition's`(model: ExportCase) throws {
        let file = try SafetensorsFile(bytes: model.file())
        let loaded = try ModelFile.load(file, extractor: nil)
        let scorer = try loaded.makePerceptualScorer(mapsAnomalies: true)
        var generator = SeededGenerator(seed: 5)
        let count = model.channels * model.resolution * model.resolution
        let score = try scorer.score((0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) })
        let map = try #require(scorer.anomalyMap).map { Double($0) }
        let expected = try AnomalyMap(scorer, try #require(loaded.record.extractor).taps[0], file)
        let difference = maximumRelativeDifference(map, expected.enlarged(to: model.resolution))
        #expect(try #require(difference) < 1e-5)
        #expect(abs(expected.mean / Double(score) - 1) < 1e-5)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `a model with VGG19 in a file of its own computes what the program computes`() throws {
        let vgg = SharedData.url(ExportCase.vggPath)
        let bytes = try ExportCase.camelyon.file(extractor: Checksum.sha256(ofFile: vgg.path))
        let url = URL(fileURLWithPath: try folder.file("camelyon.safetensors", bytes))
        let golden = try SafetensorsFile(contentsOf: SharedData.url("golden/dpa/demo_crops.safetensors"))
        let crops = try golden.tensor("crops").values.prefix(3 * 64 * 64).map { $0 / 127.5 - 1 }
        let pair = try Pair(url, extractor: vgg, crops: [crops])
        try pair.check()
        try pair.leave(as: "camelyon-vgg19")
        #expect(throws: ONNXExportError.self) { try ONNXModel(contentsOf: url, producerVersion: "") }
        let wrong = try folder.file("other.safetensors", SafetensorsWriter.encode([:]))
        #expect(throws: ONNXExportError.self) {
            try ONNXModel(contentsOf: url, extractor: URL(fileURLWithPath: wrong), producerVersion: "")
        }
    }

    @Test func `features that all equal their means score zero instead of dividing by zero`() throws {
        var model = ExportCase.small[0]
        (model.blocks, model.taps) = ([[4]], ["r11"])
        let file = try SafetensorsFile(bytes: model.file())
        var tensors = try file.tensors(under: "")
        tensors["extractor.0.weight"] = Tensor(
            shape: [4, 3, 3, 3], values: [Float](repeating: 0, count: 108))
        for name in ["extractor.0.bias", "feature.mean"] {
            tensors[name] = Tensor(shape: [4], values: [1, 1, 1, 1])
        }
        let path = try folder.file(
            "flat.safetensors", SafetensorsWriter.encode(tensors, metadata: file.metadata))
        let exported = try ONNXModel(contentsOf: URL(fileURLWithPath: path), producerVersion: "")
        let crops = NumberArray(shape: [1, 3, 32, 32], values: [Double](repeating: 0.5, count: 3 * 32 * 32))
        let found = try GraphEvaluator(model: ParsedModel(exported.bytes)).run(crops: crops)
        #expect(found["score"]?.values == [0])
        #expect(found["map"]?.values == [Double](repeating: 0, count: 32 * 32))
    }

    @Test(arguments: ExportCase.small)
    func `the file is in order: values before their use, nothing unused, all shapes stated`(
        model: ExportCase
    ) throws {
        let graph = try ParsedModel(pair(model).exported.bytes)
        #expect(graph.formatVersion == 10 && graph.operatorSet == 21)
        var known = Set(graph.initializers.keys).union(graph.inputs.map(\.name))
        var used: Set<String> = Set(graph.outputs.map(\.name))
        for node in graph.nodes {
            let inputs = node.inputs.filter { !$0.isEmpty }
            #expect(known.isSuperset(of: inputs), "\(node.output)")
            #expect(known.insert(node.output).inserted, "\(node.output) is made twice")
            used.formUnion(inputs)
        }
        #expect(known == used)
        let (side, code) = ("\(model.resolution)", "\(model.latentResolution)")
        let image = ["N", "\(model.channels)", side, side]
        #expect(graph.inputs.map(\.shape) == [image] && graph.inputs[0].name == "crops")
        let shapes = Dictionary(uniqueKeysWithValues: graph.outputs.map { ($0.name, $0.shape) })
        var expected = [
            "score": ["N"], "reconstruction": image, "latent": ["N", "\(model.latent)", code, code],
        ]
        if model.taps.count == 1 { expected["map"] = ["N", "1", side, side] }
        #expect(shapes == expected)
        #expect((graph.inputs + graph.outputs).allSatisfy { $0.elementType == 1 })
    }

    @Test func `the file says what it is and how crops are made`() throws {
        let pair = try pair(ExportCase.small[0])
        let graph = try ParsedModel(pair.exported.bytes)
        let record = try SafetensorsFile(contentsOf: pair.url).metadata[ModelFile.recordKey]
        #expect(record != nil && graph.metadata["wsi_screen"] == record)
        #expect(graph.metadata["model_sha256"] == (try Checksum.sha256(ofFile: pair.url.path)))
        #expect(graph.metadata["normal_scores"] == "[0.25,0.5,0.75]")
        #expect(graph.metadata["notice"] == "For research only, not for diagnosis.")
        #expect(graph.producer == ["wsi-screen", "1.2.3"])
        #expect(graph.documentation.contains("not for diagnosis"))
        struct Stain: Decodable {
            let matrix: [[Double]]
            let p99: [Double]
        }
        let stain = try JSONDecoder().decode(
            Stain.self, from: Data(try #require(graph.metadata["stain_target"]).utf8))
        #expect(stain.p99 == [2, 1] && stain.matrix.count == 2)
        #expect(abs(stain.matrix[0][0] / stain.matrix[0][1] - 0.6 / 0.7) < 1e-6)
        let crops = graph.inputs[0].documentation
        for part in ["v / 127.5 - 1", "96 x 96 pixels at 0.25 µm", "vahadane", "64 x 64", "red, green, blue"]
        {
            #expect(crops.contains(part), "\(part)")
        }
        let grey = try ParsedModel(self.pair(ExportCase.small[1]).exported.bytes)
        #expect(grey.inputs[0].documentation.contains("luma") && grey.metadata["stain_target"] == "null")
        #expect(!grey.inputs[0].documentation.contains("stain"))
    }

    @Test func `both passes of the extractor share one set of weights under their names`() throws {
        let pair = try pair(ExportCase.small[0])
        let graph = try ParsedModel(pair.exported.bytes)
        let file = try SafetensorsFile(contentsOf: pair.url)
        for entry in file.entries where entry.name.hasPrefix("ae.") || entry.name.hasPrefix("extractor.") {
            let tensor = try file.tensor(entry.name)
            let found = try #require(graph.initializers[entry.name], "\(entry.name)")
            #expect(found.shape == tensor.shape && found.values == tensor.values.map { Double($0) })
        }
        let uses = graph.nodes.filter { $0.inputs.contains("extractor.0.weight") }
        #expect(uses.count == 2)
    }

    @Test func `the same model gives the same bytes`() throws {
        let path = try folder.file("model.safetensors", ExportCase.small[2].file())
        let exports = try (0..<3).map { _ in
            try ONNXModel(contentsOf: URL(fileURLWithPath: path), producerVersion: "1").bytes
        }
        #expect(exports[0] == exports[1] && exports[0] == exports[2])
    }

    @Test func `what cannot be loaded or is too large is refused`() throws {
        let missing = folder.url.appendingPathComponent("missing.safetensors")
        #expect(throws: ONNXExportError.self) { try ONNXModel(contentsOf: missing, producerVersion: "") }
        let plain = try folder.file("plain.safetensors", SafetensorsWriter.encode([:]))
        #expect(throws: ONNXExportError.model(.noRecord)) {
            try ONNXModel(contentsOf: URL(fileURLWithPath: plain), producerVersion: "")
        }
        let url = URL(fileURLWithPath: try folder.file("good.safetensors", ExportCase.small[0].file()))
        let size = try ONNXModel(contentsOf: url, producerVersion: "").bytes.count
        #expect(throws: ONNXExportError.tooLarge(bytes: size, limit: size - 1)) {
            try ONNXModel(contentsOf: url, producerVersion: "", sizeLimit: size - 1)
        }
    }
}
