import Foundation
import Networks
import Staining
import TestSupport
import Testing
import Training

private let folder = SharedData.packageRoot.appendingPathComponent("pipelines/configs")

@Suite struct `Training configurations` {
    private func read(_ name: String) throws -> TrainingConfiguration {
        try TrainingConfiguration(contentsOf: folder.appendingPathComponent("\(name).yaml"))
    }

    @Test func `every file of the folder is read and survives JSON`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
        #expect(
            files
                == (PublishedConfiguration.all.map(\.file) + ["tissue", "tissue-gaussian"]).map {
                    "\($0).yaml"
                }.sorted())
        for file in files {
            let configuration = try TrainingConfiguration(contentsOf: folder.appendingPathComponent(file))
            let json = try configuration.json()
            #expect(try TrainingConfiguration(yaml: json) == configuration)
            let decoded = try JSONDecoder().decode(TrainingConfiguration.self, from: Data(json.utf8))
            #expect(decoded == configuration)
            #expect(try decoded.json() == json)
        }
    }

    @Test func `the default in code is the file`() throws {
        #expect(try read("tissue") == .tissue)
    }

    @Test func `the built-in extractor has the layers that configurations may name`() throws {
        let blocks = try BuiltInModels.load("he-lung-demo").record.extractor?.blocks
        #expect(blocks?.map { $0.count } == [2, 2, 2])
    }

    @Test func `widths of a single number reach every resolution`() throws {
        #expect(try read("camelyon16").architecture().widths == [4, 4, 4, 4])
        #expect(try read("nih-ap").architecture().widths == [64, 64, 64, 64, 64])
        #expect(try read("cifar10-3").architecture().widths == [32, 64, 128, 256])
    }

    @Test func `growing goes through steady and fading stages in turn`() throws {
        let stages = try read("camelyon16-growing").stages
        #expect(stages.map(\.name) == ["16", "fade 32", "32", "fade 64", "64"])
        #expect(stages.map(\.iterations) == [20_000, 20_000, 20_000, 20_000, 8_666])
        #expect(stages.map { $0.taps.map(\.description) } == [["r32"], ["r32"], ["r32"], ["r42"], ["r42"]])
        #expect(stages.map { $0.lowerTaps.map(\.description) } == [[], ["r32"], [], ["r32"], []])
        #expect(try read("nih-pa-growing").stages.map(\.resolution) == [8, 16, 16, 32, 32, 64, 64])
    }

    @Test func `fields from which crops are cut have the scale of the crop`() throws {
        #expect(try read("camelyon16").fieldSide == 192)
        #expect(try read("nih-ap").fieldSide == 64)
    }

    @Test func `short forms and scientific numbers are understood`() throws {
        let short = try TrainingConfiguration(
            yaml: """
                loss: {kind: mixture, pixel_weight: 0.1}
                optimizer: {learning_rate: 1e-3}
                extractor: {weights: built-in, taps: r22}
                input: {tile: 96, crop: 64, size: 32, stain: none}
                schedule: {early_stopping: {patience: 2}, warmup: 5}
                """)
        #expect(short.loss == .mixture(pixelWeight: 0.1))
        #expect(short.optimizer.learningRate == 0.001)
        #expect(short.extractor.taps == [FeatureTap(block: 2, convolution: 2)])
        #expect(short.input.stain == nil && short.input.tileResolution == nil)
        #expect(short.augmentation == .init(crop: .center, flips: .none))
        #expect(short.schedule.length == .earlyStopping(.init(patience: 2)))
        #expect(short.iterationLimit == 100_005)
    }

    @Test func `an empty file is the default without a name`() throws {
        let empty = try TrainingConfiguration(yaml: "# nothing\n")
        #expect(empty.name == nil)
        #expect(empty.input == TrainingConfiguration.tissue.input)
    }

    @Test(arguments: [
        ("sed: 3", "there is no key 'sed' (line 1); did you mean 'seed'?"),
        ("seed: 1\ninput:\n  tiles: 3", "there is no key 'input.tiles' (line 3); did you mean 'tile'?"),
        (
            "schedule: {early_stopping: {wait: 3}}",
            "there is no key 'schedule.early_stopping.wait' (line 1); "
                + "known are check_every, patience, minimum_gain, limit"
        ),
        (
            "optimizer: {learning_rate: fast}",
            "'optimizer.learning_rate' (line 1) must be a number, not 'fast'"
        ),
        ("optimizer: {learning_rate: nan}", "'optimizer.learning_rate' (line 1) must be a number, not 'nan'"),
        ("optimizer: {batch: 0}", "'optimizer.batch' (line 1) is 0; possible is 1 to 4096"),
        ("optimizer: {batch: 1.5}", "'optimizer.batch' (line 1) must be a whole number, not '1.5'"),
        ("optimizer: {batch: '16'}", "'optimizer.batch' (line 1) must be a whole number, not '16'"),
        ("seed: -1", "'seed' (line 1) is -1; possible is 0 or more"),
        ("hold_out: 1", "'hold_out' (line 1) is 1.0; possible is 0.001 to 0.5"),
        ("detector: dpaa", "'detector' (line 1) cannot be 'dpaa'; did you mean 'dpa'?"),
        ("detector: fae", "'detector' (line 1) cannot be 'fae'; known are dpa, gaussian, deep-if"),
        ("loss: gan", "'loss' (line 1) cannot be 'gan'; known are perceptual, pixel_l1, mixture"),
        ("input: 3", "'input' (line 1) must be a section with keys of its own, not '3'"),
        ("- 1", "'the configuration' (line 1) must be a section with keys of its own, not a list"),
        ("input: {equalize: 2}", "'input.equalize' (line 1) must be true or false, not '2'"),
        (
            "extractor: {taps: [relu4_2]}",
            "'extractor.taps' (line 1) must be layers such as [r32, r42] "
                + "(block 3, second convolution), not 'relu4_2'"
        ),
    ])
    func `a mistake is named with its place and the fix`(text: String, sentence: String) {
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(yaml: text) }
        #expect(error?.description == sentence)
    }

    @Test func `a few lines that stand for billions are refused at once`() throws {
        var list = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let references = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            list += "a\(level): &a\(level) [\(references)]\n"
        }
        let key = list + "? *a9\n: 1\n"
        let nested = "seed: " + String(repeating: "[", count: 100_000)
        let dashes = String(repeating: "- ", count: 100_000)
        let long = "# " + String(repeating: "x", count: 1_000_000)
        for text in [list, key, nested, dashes, long, "a: &b 1\nseed: *b"] {
            let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(yaml: text) }
            guard case .syntax = error else {
                Issue.record("refused for another reason: \(error.map { "\($0)" } ?? "accepted")")
                continue
            }
        }
        let place = try TemporaryFolder()
        let file = URL(fileURLWithPath: try place.file("long.yaml", Array(long.utf8)))
        #expect(throws: ConfigurationError.self) { try TrainingConfiguration(contentsOf: file) }
    }

    @Test func `signs of references in a text are no references`() throws {
        let text = "# R&D, 2 * 3 * 4, **bold**\nname: 'H&E *new*'\nseed: 4"
        #expect(try TrainingConfiguration(yaml: text).name == "H&E *new*")
    }

    @Test(arguments: ["seed: [1", "a: b: c", "seed: 1\nseed: 2", "input: *nothing", "\tseed: 1"])
    func `text that is no YAML is told by its line`(text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(yaml: text) }
        guard case .syntax(let line?, _) = error else {
            Issue.record("\(error.map { "\($0)" } ?? "accepted")")
            return
        }
        #expect((1...3).contains(line))
    }

    @Test(arguments: [
        "network: {latent_resolution: 6}", "network: {widths: [4, 4]}",
        "input: {tile: 64, crop: 65, size: 64}", "extractor: {weights: built-in, taps: [r42]}",
        "extractor: {weights: vgg19, taps: [r33, r33]}", "extractor: {weights: vgg19, taps: [r13]}",
        "extractor: {weights: vgg19, taps: []}",
        "input: {color: grey, tile: 64, stain: {method: vahadane}}",
        "input: {tile: 300, crop: 224, equalize: true}\naugmentation: {crop: random}",
        "input: {tile: 300, tile_resolution_um: 1, equalize: true}",
        "input: {tile: 64, tile_resolution_um: 1, stain: {scope: slide}}",
        "schedule: {iterations: 5, early_stopping: {patience: 2}}",
        "schedule: {growing: {start: 4, taps: {8: r32, 16: r32, 32: r32, 64: r32}}}",
        "schedule: {growing: {start: 64, taps: {64: r32}}}",
        "schedule: {growing: {start: 48, taps: {64: r32}}}",
        "schedule: {growing: {start: 16, taps: {16: r32, 64: r32}}}",
        "schedule: {growing: {start: 16, taps: {16: r32, 32: r32, 64: r22}}}",
        "schedule: {growing: {start: 16, taps: {8: r12, 16: r32, 32: r32, 64: r32}}}",
        "schedule: {growing: {taps: {}}}", "loss: mixture", "loss: {kind: perceptual, pixel_weight: 1}",
    ])
    func `sections that do not fit together are refused`(text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(yaml: text) }
        guard case .contradiction = error else {
            Issue.record("refused for another reason: \(error.map { "\($0)" } ?? "accepted")")
            return
        }
    }

    @Test func `a stain target may be an image beside the configuration`() throws {
        let builtIn = try StainTargetSource.builtIn.load(match: .vahadane, relativeTo: nil)
        #expect(try BuiltInModels.load("he-lung-demo").stainTarget == builtIn)
        let place = try TemporaryFolder()
        _ = try place.file("target.png", pngBytes(tissue(side: 64, seed: 3)))
        let source = StainTargetSource.image("target.png")
        let target = try source.load(match: .vahadane, relativeTo: place.url)
        let direct = try VahadaneFitter().fit(tissue(side: 64, seed: 3), step: 1)
        #expect(target == StainTarget(direct))
        #expect(throws: StainTargetError.self) {
            try StainTargetSource.image("absent.png").load(match: .vahadane, relativeTo: place.url)
        }
    }
}
