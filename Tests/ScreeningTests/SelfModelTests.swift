import Foundation
import ImageFiles
import Networks
import Records
import Screening
import SyntheticSlides
import TestSupport
import Testing
import Tissue

/// A slide of 8 x 6 cells at 0.5 µm per pixel, and quick learning.
private struct SelfFixture {
    let folder: TemporaryFolder
    let slide: String

    static let quick = SelfModelSettings(
        trainingCells: 32, heldOutCells: 8, minimumPlaces: 100, iterations: 4, warmup: 2)

    /// Drawn once for all tests; drawing takes longer than learning.
    private static let drawn: Result<Data, any Error> = Result {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("piece.svs")
        var recipe = SlideRecipe(width: 2_048, height: 1_536)
        recipe.micronsPerPixel = 0.5
        recipe.pieceExtent = 0.98
        recipe.fatEvery = 0
        try SyntheticSlide(recipe: recipe, seed: 5).write(to: url)
        return try Data(contentsOf: url)
    }

    init() throws {
        folder = try TemporaryFolder()
        slide = folder.path + "/piece.svs"
        try Self.drawn.get().write(to: URL(fileURLWithPath: slide))
    }

    func run(
        _ slides: [String]? = nil, settings: ScreenSettings = ScreenSettings(),
        learning: SelfModelSettings = quick, output: String = "out", workers: Int = 2,
        overwrite: Bool = false, progress: @escaping ProgressHandler = { _ in }
    ) async throws -> BatchRun.Report {
        try await BatchRun.selfScreening(
            try SlideInputs.resolve(slides ?? [slide]), settings: settings, learning: learning,
            output: folder.path + "/" + output, workers: workers, overwrite: overwrite
        ).run(progress: progress)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name)))
    }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
}

@Suite(.timeLimit(.minutes(3))) struct `Screening a slide against itself` {
    @Test func `gives the same bytes for any number of workers, and says all in the manifest`() async throws {
        let fixture = try SelfFixture()
        let one = try await fixture.run(output: "one", workers: 1).manifests[0]
        let three = try await fixture.run(output: "three", workers: 3).manifests[0]
        #expect(one.files == three.files && one.files.count == 6)
        for name in one.files.keys {
            #expect(try fixture.bytes("one/piece/\(name)") == fixture.bytes("three/piece/\(name)"), "\(name)")
        }
        #expect(one.status == .ok && one.model == three.model)
        let model = try #require(one.model)
        #expect(model.name == "self" && model.sha256 == one.files["self-model.safetensors"])
        let learned = try #require(one.selfModel)
        #expect(learned.trainingImages + learned.heldOutImages == learned.sampledPlaces)
        #expect(learned.trainingImages >= 24 && learned.heldOutImages >= 8)
        #expect(learned.candidatePlaces > learned.sampledPlaces)
        #expect(learned.iterations == 4 && learned.warmup == 2 && learned.seed == 0)
        #expect(try #require(learned.trainingLoss) > 0 && learned.heldOutMeanScore > 0)
        #expect(learned.tile == 768 && learned.crop == 512 && learned.input == 64)
        #expect(learned.meaning == one.notices.first)
        for warning in ["majority", "tumor", "uniform", "do not compare"] {
            #expect(learned.meaning.contains(warning), "\(warning)")
            #expect(try fixture.text("one/summary.csv").contains(warning))
        }
        #expect(try fixture.text("one/run.json").contains("\"self_model\""))
    }

    @Test func `the model that it leaves gives another run the same table`() async throws {
        let fixture = try SelfFixture()
        let own = try await fixture.run().manifests[0]
        let model = try LoadedModel.load(fixture.folder.path + "/out/piece/self-model.safetensors")
        #expect(model.sha256 == own.model?.sha256)
        let again = try await BatchRun.screening(
            try SlideInputs.resolve([fixture.slide]), settings: ScreenSettings(), model: model,
            output: fixture.folder.path + "/again", workers: 2
        ).run { _ in }.manifests[0]
        #expect(try fixture.bytes("out/piece/tiles.csv") == fixture.bytes("again/piece/tiles.csv"))
        #expect(again.selfModel == nil && again.scores == own.scores)
        // Held-out cells carry the scores that the model remembers of them.
        let scores = Set(
            try CSV.records(in: try fixture.text("out/piece/tiles.csv")).dropFirst().map { $0.fields[6] })
        let remembered = model.model.normalScores.sorted.map(\.description)
        #expect(remembered.count == own.selfModel?.heldOutImages && remembered.allSatisfy(scores.contains))
    }

    @Test func `neither coverage nor a cap change the model, but the seed does`() async throws {
        let fixture = try SelfFixture()
        func model(_ settings: ScreenSettings, _ output: String) async throws -> String? {
            try await fixture.run(settings: settings, output: output).manifests[0].model?.sha256
        }
        let dense = try await model(ScreenSettings(), "dense")
        #expect(dense != nil)
        #expect(try await model(ScreenSettings(coverage: .sparse, maximumTiles: 3), "sparse") == dense)
        #expect(try await model(ScreenSettings(seed: 1), "seeded") != dense)
    }

    @Test func `a finished slide is kept, other learning is another configuration`() async throws {
        let fixture = try SelfFixture()
        let first = try await fixture.run()
        let second = try await fixture.run()
        #expect(first.resumed == 0 && second.resumed == 1)
        #expect(second.manifests[0].model == first.manifests[0].model)
        var longer = SelfFixture.quick
        longer.iterations += 1
        await #expect(throws: OutputError.self) { try await fixture.run(learning: longer) }
        let replaced = try await fixture.run(learning: longer, overwrite: true)
        #expect(replaced.manifests[0].model?.sha256 != first.manifests[0].model?.sha256)
        // A damaged model is learned again.
        try Data("x".utf8).write(
            to: URL(fileURLWithPath: fixture.folder.path + "/out/piece/self-model.safetensors"))
        #expect(try await fixture.run(learning: longer).resumed == 0)
        // A run with another model takes it away.
        _ = try await BatchRun.screening(
            try SlideInputs.resolve([fixture.slide]), settings: ScreenSettings(maximumTiles: 2),
            model: try LoadedModel.load("he-lung-demo"), output: fixture.folder.path + "/out", workers: 2,
            overwrite: true
        ).run { _ in }
        #expect(!fixture.folder.files().contains("out/piece/self-model.safetensors"))
    }

    @Test func `too little tissue fails a slide with the fix, bare glass is no tissue, the batch goes on`()
        async throws
    {
        let fixture = try SelfFixture()
        let blank = try SyntheticSlideVariant.blank.write(into: fixture.folder.url).path
        let tiny = FixtureSlides.path("tiny-abnormal.svs")
        let report = try await fixture.run([tiny, blank, fixture.slide])
        #expect(report.exitStatus == 65)
        #expect(report.manifests.map(\.status) == [.failed, .noTissue, .ok])
        let failed = report.manifests[0]
        #expect(failed.reason == "too_little_tissue_for_self" && failed.model == nil)
        #expect(failed.message?.contains("--model") == true && failed.message?.contains("0.41") == true)
        #expect(failed.files.keys.sorted() == ["mask.png", "thumbnail.png"])
        #expect(report.manifests[1].files["heatmap.png"] != nil)
    }

    @Test func `a slide whose few places lie too close together is told so`() async throws {
        let fixture = try SelfFixture()
        var modest = SelfFixture.quick
        modest.minimumPlaces = 1
        let report = try await fixture.run([FixtureSlides.path("tiny-abnormal.svs")], learning: modest)
        let failed = report.manifests[0]
        #expect(report.exitStatus == 65 && failed.reason == "too_little_tissue_for_self")
        #expect(
            failed.message?.contains("could be drawn apart from each other") == true,
            "\(failed.message ?? "")")
    }

    @Test func `cancellation while it learns leaves no manifest`() async throws {
        let fixture = try SelfFixture()
        var long = SelfFixture.quick
        long.iterations = 1_000_000
        let learning = long
        let (events, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await fixture.run(learning: learning) { event in
                if case .learning = event { continuation.yield() }
            }
        }
        for await _ in events { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!fixture.folder.files().contains { $0.hasSuffix("manifest.json") || $0.hasSuffix(".part") })
    }
}
