import Foundation
import Networks
import Screening
import Staining
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Models of one's own` {
    /// The built-in model with a recipe that wants one stain matrix for the whole slide.
    private func slideScopedModel(in folder: TemporaryFolder) throws -> String {
        try model(in: folder) { $0.replacing(/"scope":\s*"tile"/, with: #""scope":"slide""#) }
    }

    /// The built-in model with its record changed.
    private func model(in folder: TemporaryFolder, change: (String) -> String) throws -> String {
        let file = try SafetensorsFile(contentsOf: BuiltInModels.url("he-lung-demo"))
        let record = try #require(file.metadata[ModelFile.recordKey])
        let changed = change(record)
        #expect(changed != record)
        let path = folder.path + "/changed.safetensors"
        try SafetensorsWriter.write(
            file.tensors(under: ""), metadata: [ModelFile.recordKey: changed], to: URL(fileURLWithPath: path))
        return path
    }

    private func screen(_ fixture: BatchFixture, model: String, workers: Int, output: String) async throws
        -> SlideManifest
    {
        let run = try BatchRun.screening(
            try SlideInputs.resolve([FixtureSlides.path("tiny-abnormal.svs")]), settings: ScreenSettings(),
            model: try LoadedModel.load(model), output: fixture.folder.path + "/" + output, workers: workers)
        return try await run.run { _ in }.manifests[0]
    }

    @Test func `a recipe with one stain matrix for the slide is followed, whatever the number of workers`()
        async throws
    {
        let fixture = try BatchFixture()
        let model = try slideScopedModel(in: fixture.folder)
        let one = try await screen(fixture, model: model, workers: 1, output: "one")
        let four = try await screen(fixture, model: model, workers: 4, output: "four")
        let builtIn = try await screen(fixture, model: "he-lung-demo", workers: 2, output: "tile")
        #expect(one.status == .ok && one.counts.degenerateStain == 0)
        let estimate = try #require(one.stain?.estimate)
        #expect(estimate.tissuePixels > 1_000 && one.stain?.scope == "slide")
        #expect(estimate == four.stain?.estimate && one.files == four.files)
        #expect(builtIn.stain?.estimate == nil && builtIn.scores != one.scores)
        #expect(one.model?.sha256 != builtIn.model?.sha256)
    }

    @Test func `a model without a physical scale does not screen slides`() async throws {
        let fixture = try BatchFixture()
        let path = try model(in: fixture.folder) {
            $0.replacing(/,\s*"tile_resolution_um":\s*0.25/, with: "")
        }
        await #expect(throws: SlideModelError.noPhysicalScale(model: "he-lung-demo")) {
            _ = try await screen(fixture, model: path, workers: 1, output: "none")
        }
    }

    @Test func `a damaged model file is refused with its reason`() throws {
        let folder = try TemporaryFolder()
        let good = try Data(contentsOf: BuiltInModels.url("he-lung-demo"))
        let path = folder.path + "/short.safetensors"
        try good.prefix(good.count / 2).write(to: URL(fileURLWithPath: path))
        #expect(throws: ModelFileError.self) { try LoadedModel.load(path) }
    }
}
