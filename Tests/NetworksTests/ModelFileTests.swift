import Foundation
import Kernels
import Networks
import Pixels
import Records
import Staining
import TestSupport
import Testing

@Suite struct `Model files` {
    /// A tiny model, all of whose parts are in the file.
    private static func record(
        extractor: ExtractorRecord = ExtractorRecord(
            family: .perceptualNet, blocks: [[4], [6]], taps: [FeatureTap(block: 2, convolution: 1)]),
        recipe: Recipe? = nil
    ) throws -> ModelRecord {
        ModelRecord(
            name: "tiny", version: "1", purpose: "tests",
            architecture: try AutoencoderArchitecture(
                imageChannels: 3, resolution: 8, widths: [2, 3], latentChannels: 2, latentResolution: 4),
            extractor: extractor,
            recipe: recipe
                ?? Recipe(
                    tile: 96, tileResolution: 0.25, crop: 64, input: 8, resampling: .pillowBilinear,
                    stain: StainRecipe(method: .vahadane, match: .vahadane, scope: .slide, dictionaryStep: 2),
                    color: .rgb),
            training: TrainingRecord(data: "none", licence: "none", seed: 7, codeVersion: "0"),
            metrics: ["auc": 0.5])
    }

    private static func tensors(_ record: ModelRecord) -> NamedTensors {
        var tensors: NamedTensors = [
            "stain.matrix": Tensor(shape: [2, 3], values: [0.6, 0.7, 0.3, 0.1, 0.9, 0.2]),
            "stain.p99": Tensor(shape: [2], values: [2, 1]),
            "score.normal": Tensor(shape: [3], values: [0.25, 0.5, 0.75]),
            "feature.mean": Tensor(shape: [6], values: [Float](repeating: 0.5, count: 6)),
            "feature.std": Tensor(shape: [6], values: [Float](repeating: 2, count: 6)),
        ]
        for (name, tensor) in randomTensors(record.architecture?.parameters ?? [], seed: 1) {
            tensors["ae.\(name)"] = tensor
        }
        let stack = [
            ParameterShape(name: "extractor.0.weight", shape: [4, 3, 3, 3]),
            ParameterShape(name: "extractor.0.bias", shape: [4]),
            ParameterShape(name: "extractor.1.weight", shape: [6, 4, 3, 3]),
            ParameterShape(name: "extractor.1.bias", shape: [6]),
        ]
        return tensors.merging(randomTensors(stack, seed: 2)) { first, _ in first }
    }

    private static func bytes() throws -> [UInt8] {
        let record = try record()
        return try ModelFile.encode(record, tensors: tensors(record))
    }

    private func failure(_ bytes: [UInt8], extractor: URL? = nil) -> ModelFileError? {
        do {
            _ = try ModelFile.load(SafetensorsFile(bytes: bytes), extractor: extractor)
            return nil
        } catch {
            return error as? ModelFileError
        }
    }

    /// The tiny model with its record's text edited.
    private func edited(_ old: String, _ new: String) throws -> [UInt8] {
        let file = try SafetensorsFile(bytes: Self.bytes())
        let text = try #require(file.metadata[ModelFile.recordKey])
        #expect(text.contains(old))
        return SafetensorsWriter.encode(
            try file.tensors(under: ""), metadata: [ModelFile.recordKey: text.replacing(old, with: new)])
    }

    /// The tiny model with its tensors edited.
    private func edited(_ change: (inout NamedTensors) -> Void) throws -> [UInt8] {
        let record = try Self.record()
        var tensors = Self.tensors(record)
        change(&tensors)
        return try ModelFile.encode(record, tensors: tensors)
    }

    @Test func `a model survives encoding and loading`() throws {
        let bytes = try Self.bytes()
        let model = try ModelFile.load(SafetensorsFile(bytes: bytes))
        #expect(try model.record == Self.record())
        let target = try #require(model.stainTarget)
        let expected = try #require(StainMatrix(SIMD3(0.6, 0.7, 0.3), SIMD3(0.1, 0.9, 0.2)))
        #expect((target.matrix.hematoxylin - expected.hematoxylin).isSmall)
        #expect((target.matrix.eosin - expected.eosin).isSmall)
        #expect(target.robustMaximum == SIMD2(2, 1))
        #expect(model.normalScores.sorted == [0.25, 0.5, 0.75])
        #expect(try model.makeScorer().score(RGBImage(width: 8, height: 8)) > 0)
        #expect(try Self.bytes() == bytes)
    }

    @Test func `a recipe may lack a physical scale and equalize histograms`() throws {
        let recipe = Recipe(
            tile: 300, tileResolution: nil, crop: 224, input: 8, resampling: .pillowBilinear, stain: nil,
            color: .rgb, equalization: true)
        let record = try Self.record(recipe: recipe)
        var tensors = Self.tensors(record)
        tensors["stain.matrix"] = nil
        tensors["stain.p99"] = nil
        let file = try SafetensorsFile(bytes: ModelFile.encode(record, tensors: tensors))
        #expect(try ModelFile.load(file).record.recipe == recipe)
        let text = try #require(file.metadata[ModelFile.recordKey])
        #expect(text.contains(#""equalization":true"#) && !text.contains("tile_resolution_um"))
        // What is off leaves no trace: older recipes read as before.
        let plain = try #require(SafetensorsFile(bytes: Self.bytes()).metadata[ModelFile.recordKey])
        #expect(!plain.contains("equalization"))
        let both = try edited(#""crop":64"#, #""crop":64,"equalization":true"#)
        guard case .contradiction = failure(both) else {
            Issue.record("accepted a physical scale with equalization")
            return
        }
    }

    @Test func `weights without a record are no model`() throws {
        #expect(failure(SafetensorsWriter.encode([:], metadata: ["model": "{}"])) == .noRecord)
    }

    @Test func `later formats and other detectors are called that`() throws {
        let later = try edited(#""format":1"#, #""format":2"#)
        #expect(failure(later) == .unsupportedFormat(found: 2, supported: 1))
        #expect(failure(try edited(#""detector":"dpa""#, #""detector":"fae""#)) == .unknownDetector("fae"))
    }

    @Test(arguments: [
        (#""format":1"#, #""format":"1""#), (#""format":1,"#, ""), (#""detector":"dpa","#, ""),
        (#""tile":96,"#, ""), (#""tile":96"#, #""tile":"96""#), (#""scope":"slide""#, #""scope":"box""#),
        (#""tile":96"#, #""tile":96,"tile":97"#), (#""color":"rgb""#, #""color":"cmyk""#),
        (#""r21""#, #""relu2_1""#), (#""seed":7"#, #""seed":-7"#),
        (#""family":"perceptual_net""#, #""family":"x""#),
        (#""licence":"none","#, ""), (#"{"architecture""#, #"["architecture""#),
    ])
    func `a record with a missing or unknown field is refused`(old: String, new: String) throws {
        guard case .unreadableRecord = failure(try edited(old, new)) else {
            Issue.record("accepted, or refused for another reason: \(old) -> \(new)")
            return
        }
    }

    @Test(arguments: [
        (#""input":8"#, #""input":16"#), (#""crop":64"#, #""crop":97"#), (#""crop":64"#, #""crop":0"#),
        (#""tile_resolution_um":0.25"#, #""tile_resolution_um":0"#), (#""color":"rgb""#, #""color":"grey""#),
        (#""dictionary_step":2"#, #""dictionary_step":0"#), (#""tile":96"#, #""tile":1000000000"#),
        (#""taps":["r21"]"#, #""taps":[]"#), (#""taps":["r21"]"#, #""taps":["r21","r21"]"#),
        (#""taps":["r21"]"#, #""taps":["r31"]"#), (#""taps":["r21"]"#, #""taps":["r12"]"#),
        (#""taps":["r21"]"#, #""taps":["r51"]"#),
        (#""blocks":[[4],[6]]"#, #""blocks":[[4],[]]"#), (#""blocks":[[4],[6]],"#, ""),
        (#""family":"perceptual_net""#, #""family":"vgg19""#),
        (#""taps":["r21"]"#, #""sha256":"ABC","taps":["r21"]"#),
    ])
    func `a record that contradicts itself is refused`(old: String, new: String) throws {
        guard case .contradiction = failure(try edited(old, new)) else {
            Issue.record("accepted, or refused for another reason: \(old) -> \(new)")
            return
        }
    }

    @Test(arguments: [
        "ae.enc.rgb.0.weight", "extractor.1.bias", "feature.mean", "feature.std", "stain.matrix", "stain.p99",
        "score.normal",
    ])
    func `a missing tensor is named`(name: String) throws {
        guard case .weights(.missing(let tensor)) = failure(try edited { $0[name] = nil }) else {
            Issue.record("accepted, or refused for another reason")
            return
        }
        #expect(name.hasSuffix(tensor))
    }

    @Test func `tensors without a meaning are named`() throws {
        let bytes = try edited { $0["optimizer.step"] = Tensor(shape: [1], values: [1]) }
        #expect(failure(bytes) == .weights(.surplus(tensors: ["optimizer.step"])))
    }

    @Test func `tensors of the wrong shape or with impossible values are refused`() throws {
        let stain = try edited { $0["stain.matrix"] = Tensor(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]) }
        #expect(
            failure(stain)
                == .weights(.misshapen(tensor: "stain.matrix", expected: [2, 3], found: [3, 2])))
        let deviation = try edited { $0["feature.std"]?.values[4] = 0 }
        #expect(failure(deviation) == .weights(.badDeviation(tensor: "feature.std", channel: 4)))
        let unsorted = try edited { $0["score.normal"]?.values[0] = 0.6 }
        #expect(failure(unsorted) == .contradiction("score.normal is not sorted"))
        let p99 = try edited { $0["stain.p99"]?.values[0] = 0 }
        #expect(failure(p99) == .contradiction("stain.p99 is not positive"))
    }

    @Test func `an extractor of its own is checked by its hash`() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        let whole = Self.tensors(try Self.record())
        let parts = whole.filter { $0.key.hasPrefix("extractor.") }
        let outside = NamedTensors(
            uniqueKeysWithValues: parts.map { (String($0.key.dropFirst(10)), $0.value) })
        try SafetensorsWriter.write(outside, to: url)
        let digest = try Checksum.sha256(ofFile: url.path)
        let record = try Self.record(
            extractor: ExtractorRecord(
                family: .perceptualNet, blocks: [[4], [6]], taps: [FeatureTap(block: 2, convolution: 1)],
                sha256: digest))
        let bytes = try ModelFile.encode(record, tensors: whole.filter { !$0.key.hasPrefix("extractor.") })
        #expect(failure(bytes) == .extractorNeeded(sha256: digest))
        let crop = RGBImage(width: 8, height: 8, pixels: (0..<192).map { UInt8($0) })
        let split = try ModelFile.load(SafetensorsFile(bytes: bytes), extractor: url).makeScorer().score(crop)
        let inside = try ModelFile.load(SafetensorsFile(bytes: Self.bytes())).makeScorer().score(crop)
        #expect(split == inside)
        try Data([0]).write(to: url)
        guard case .wrongExtractor(expected: digest, _) = failure(bytes, extractor: url) else {
            Issue.record("accepted, or refused for another reason")
            return
        }
    }

    @Test func `several layers have their own statistics`() throws {
        let taps = [FeatureTap(block: 1, convolution: 1), FeatureTap(block: 2, convolution: 1)]
        let record = try Self.record(
            extractor: ExtractorRecord(family: .perceptualNet, blocks: [[4], [6]], taps: taps))
        var tensors = Self.tensors(record)
        for (name, channels) in [("r11", 4), ("r21", 6)] {
            tensors["feature.\(name).mean"] = Tensor(
                shape: [channels], values: [Float](repeating: 0, count: channels))
            tensors["feature.\(name).std"] = Tensor(
                shape: [channels], values: [Float](repeating: 1, count: channels))
        }
        let ambiguous = try ModelFile.encode(record, tensors: tensors)
        #expect(failure(ambiguous) == .weights(.surplus(tensors: ["feature.mean", "feature.std"])))
        tensors["feature.mean"] = nil
        tensors["feature.std"] = nil
        let bytes = try ModelFile.encode(record, tensors: tensors)
        #expect(
            try ModelFile.load(SafetensorsFile(bytes: bytes)).reconstruction.distance?.extractor.taps == taps)
    }
}

@Suite struct `Built-in models` {
    @Test func `every built-in model loads, scores and has a card`() throws {
        for name in BuiltInModels.names {
            let model = try BuiltInModels.load(name)
            #expect(model.record.name == name)
            // As the card says.
            #expect(model.normalScores.sorted.count == 222)
            #expect(try BuiltInModels.card(name).contains("not for diagnosis"))
            let median = model.normalScores.sorted[111]
            #expect(abs(median - (name == BuiltInModels.source ? 0.538 : 9.736)) < 0.001)
            #expect(abs(model.normalScores.percentile(of: median) - 50) < 0.5)
        }
    }

    @Test func `an unknown name lists the known ones`() {
        #expect(throws: ModelFileError.noBuiltInModel(name: "x", known: BuiltInModels.names)) {
            try BuiltInModels.load("x")
        }
    }
}

extension SIMD3<Double> {
    /// Whether every entry is within float32 rounding of zero.
    fileprivate var isSmall: Bool { Swift.max(self.max(), -self.min()) < 1e-6 }
}
