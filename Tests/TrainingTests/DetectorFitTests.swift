import Foundation
import Networks
import TestSupport
import Testing
import Training

/// Detectors that are fitted instead of trained, from files to files.
@Suite struct `Fitted detectors`: TrainingJobSuite {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try writeImages(12, to: data)
    }

    private static func yaml(_ detector: String, fit: String = "{}", more: String = "") -> String {
        """
        detector: \(detector)
        name: fitted
        seed: 3
        input: {color: rgb, tile: 20, crop: 16, size: 16}
        augmentation: {crop: random, flips: both}
        extractor: {weights: built-in, taps: [r22]}
        fit: \(fit)
        hold_out: 0.2
        \(more)
        """
    }

    private func job(_ yaml: String, output: String = "m", workers: Int = 2) throws -> TrainingJob {
        var job = try job(output: output)
        job.configuration = try TrainingConfiguration(yaml: yaml)
        job.workers = workers
        return job
    }

    @Test(arguments: ["gaussian", "deep-if"])
    func `a fit leaves model and card, and finds noise unusual`(detector: String) async throws {
        let (report, events) = try await run(job(Self.yaml(detector)))
        #expect(results() == [".m.lock", "m.md", "m.safetensors"])
        #expect(report.updates == 0 && report.trainingImages == 10 && report.heldOutImages == 2)
        #expect(report.finalLoss == nil)
        let fitted = events.filter { if case .making(.fitting) = $0 { true } else { false } }
        #expect(fitted.count == 10)
        let model = try ModelFile.load(folder.url.appendingPathComponent("m.safetensors"))
        #expect(model.record.detector.rawValue == detector && model.record.loss == nil)
        let card = String(decoding: try bytes("m.md"), as: UTF8.self)
        #expect(card.contains("| fitted to | 1 view of each image, seed 3 |"))
        #expect(!card.contains("updates"))
    }

    @Test(arguments: ["gaussian", "deep-if"], ["{}", "{views: 3}"])
    func `the number of workers decides nothing`(detector: String, fit: String) async throws {
        let yaml = Self.yaml(detector, fit: fit)
        let one = try await run(job(yaml, output: "one", workers: 1)).report
        let three = try await run(job(yaml, output: "three", workers: 3)).report
        #expect(one.sha256 == three.sha256)
    }

    @Test func `views are other samples, and the seed decides which`() async throws {
        let center = try await run(job(Self.yaml("gaussian"), output: "a")).report
        let views = try await run(job(Self.yaml("gaussian", fit: "{views: 2}"), output: "b")).report
        var other = try job(Self.yaml("gaussian", fit: "{views: 2}"), output: "c")
        other.configuration = try other.configuration.seeded(4)
        let seeded = try await run(other).report
        #expect(Set([center.sha256, views.sha256, seeded.sha256]).count == 3)
    }

    @Test func `a finished fit is not repeated, and another one needs to be asked for`() async throws {
        _ = try await run(job(Self.yaml("gaussian")))
        let again = try await run(job(Self.yaml("gaussian"))).events
        #expect(again.contains { if case .finishedEarlier = $0 { true } else { false } })
        let forest = try job(Self.yaml("deep-if"))
        await #expect(throws: ModelInTheWay.self) { try await run(forest) }
    }

    @Test func `images that are all alike are refused`() async throws {
        let folder = folder.path + "/alike"
        for number in 0..<6 { try writeImages(1, to: "\(folder)/\(number)") }
        var job = try job(Self.yaml("gaussian"))
        job.data = folder
        // Copies lie on one side of the hold-out together, so there is nothing to hold out.
        await #expect(throws: HoldOutError.self) { try await run(job) }
    }

    @Test func `sections without a use leave no trace in the configuration`() throws {
        let plain = try TrainingConfiguration(yaml: Self.yaml("gaussian"))
        let more = try TrainingConfiguration(
            yaml: Self.yaml(
                "gaussian",
                more: "network: {widths: 9, latent_channels: 3, latent_resolution: 4}\nloss: pixel_l1"))
        #expect(plain == more)
        let text = try plain.json()
        #expect(!text.contains("network") && !text.contains("schedule") && text.contains("\"fit\""))
        #expect(try TrainingConfiguration(yaml: text) == plain)
        // What a network needs is not asked of others: 20 px are no doubling of the lowest resolution.
        #expect(throws: Never.self) {
            try TrainingConfiguration(
                yaml: "detector: gaussian\ninput: {tile: 20, crop: 20, size: 20}")
        }
        #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration(yaml: "detector: dpa\ninput: {tile: 20, crop: 20, size: 20}")
        }
    }

    @Test func `views outside their range are refused with the key`() {
        #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration(yaml: Self.yaml("gaussian", fit: "{views: 0}"))
        }
        #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration(yaml: Self.yaml("gaussian", fit: "{view: 2}"))
        }
    }

    @Test func `a fit that takes too much memory is refused before it begins`() async throws {
        var job = try job(Self.yaml("gaussian", fit: "{views: 1024}"))
        job.memoryLimit = 1 << 20
        await #expect(throws: TrainingTooLarge.self) { try await run(job) }
    }

    @Test func `an extractor that ends before a layer is named before images are read`() async throws {
        let extractor = try BuiltInModels.url(BuiltInModels.standard)
        let source = try ExtractorSource.load(.builtIn, file: extractor)
        let last = FeatureTap(block: 2, convolution: 2)
        #expect(throws: ExtractorError.lacksLayer(FeatureTap(block: 3, convolution: 2), last: last)) {
            try source.check(.tissue)
        }
        #expect(throws: Never.self) { try source.check(TrainingConfiguration(yaml: Self.yaml("gaussian"))) }
        // The model itself scores with the layers that it has.
        _ = try await run(job(Self.yaml("gaussian")))
        let model = try ModelFile.load(folder.url.appendingPathComponent("m.safetensors"))
        #expect(model.record.extractor?.blocks?.map { $0.count } == [2, 2])
    }

    @Test(arguments: [TinyTraining.pixels, .mixture])
    func `a model of another loss is scored by that loss`(training: TinyTraining) async throws {
        let (report, _) = try await run(job(training))
        let model = try ModelFile.load(folder.url.appendingPathComponent("m.safetensors"))
        let scores = model.normalScores.sorted
        let loss = try #require(report.heldOutLoss)
        #expect(abs(Double(scores.reduce(0, +)) / Double(scores.count) - loss) < 1e-5 * loss)
        #expect((model.record.extractor == nil) == (training == .pixels))
        #expect(model.record.loss?.kind == (training == .pixels ? .pixelL1 : .mixture))
    }
}
