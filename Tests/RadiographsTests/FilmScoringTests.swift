import Foundation
import ImageFiles
import Kernels
import Networks
import Pixels
import Radiographs
import Records
import Staining
import SyntheticFilms
import TestSupport
import Testing
import Training

@Suite(.timeLimit(.minutes(5))) struct `Scoring films` {
    private let folder: TemporaryFolder
    private let model: ScreeningModel
    private static let bad = ["broken.png", "flat.png"]

    private static let configuration = """
        name: tiny-films
        seed: 2
        input: {color: grey, tile: 48, crop: 32, size: 16, equalize: false}
        augmentation: {crop: center, flips: none}
        network: {widths: 4, latent_channels: 4, latent_resolution: 4}
        extractor: {weights: built-in, taps: [r12], calibration_images: 8}
        optimizer: {learning_rate: 0.01, batch: 4}
        schedule: {iterations: 4, warmup: 0}
        hold_out: 0.3
        """

    init() async throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/films", withIntermediateDirectories: true)
        for seed in 0..<8 as Range<UInt64> {
            let film = SyntheticFilm(seed: seed, side: 80, isAbnormal: seed > 5)
            _ = try folder.file("films/f\(seed).png", PNGFile.encode(film.render()))
        }
        let yaml = try folder.file("c.yaml", Array(Self.configuration.utf8))
        let job = TrainingJob(
            configuration: try TrainingConfiguration(contentsOf: URL(fileURLWithPath: yaml)),
            data: folder.path + "/films", output: folder.path + "/m.safetensors", codeVersion: "test")
        _ = try await job.run { _ in }
        model = try ModelFile.load(URL(fileURLWithPath: folder.path + "/m.safetensors"))
        _ = try folder.file("films/broken.png", [0x89, 0x50, 0x4E, 0x47, 1, 2])
        let flat = Plane<UInt8>(width: 80, height: 80, filledWith: 3)
        _ = try folder.file("films/flat.png", PNGFile.encode(flat))
    }

    private func run(
        _ output: String, workers: Int, heatmaps: Bool = true, overwrite: Bool = false
    ) async throws -> FilmScoreRecord {
        var scoring = try FilmScoring(
            films: FilmListing(folder.path + "/films", part: nil).films, model: model, modelSHA256: "",
            output: folder.path + "/" + output, version: "test")
        scoring.drawsHeatmaps = heatmaps
        scoring.workers = workers
        scoring.overwrite = overwrite
        return try await scoring.run()
    }

    private func rows(_ output: String) throws -> [String: [String]] {
        var rows: [String: [String]] = [:]
        try CSV.forEachRecord(ofFile: folder.path + "/\(output)/scores.csv") {
            rows[$0.fields[0]] = $0.fields
        }
        return rows
    }

    @Test func `each film has its score or the reason why there is none, and a heatmap`() async throws {
        let record = try await run("out", workers: 2)
        #expect(record.films == 10 && record.scored == 8 && record.unreadable == 2)
        let rows = try rows("out")
        let recipe = ImagePreparation(recipe: model.record.recipe, target: nil)
        var scratch = DensitySample()
        let scorer = model.makeScorer()
        for seed in 0..<8 {
            let film = try PNGFile.read(folder.url.appendingPathComponent("films/f\(seed).png"))
            let score = try scorer.score(recipe.scored(film, scratch: &scratch))
            let row = try #require(rows["f\(seed).png"])
            #expect(row[5] == "ok" && row[6] == score.description && row[8] == "heatmaps/f\(seed).png")
            let picture = try PNGFile.read(folder.url.appendingPathComponent("out/" + row[8]))
            #expect(picture.width > 900 && picture.height > 450)
        }
        for name in Self.bad { #expect(rows[name]?[5] == "unreadable" && rows[name]?[6] == "") }
        #expect(folder.files().count { $0.hasPrefix("out/heatmaps/") } == 8)
    }

    @Test func `the bytes do not depend on the workers`() async throws {
        _ = try await run("one", workers: 1)
        _ = try await run("three", workers: 3)
        for name in folder.files()
        where name.hasPrefix("one/") && !name.hasSuffix(".json") && !name.contains(".lock") {
            let other = name.replacing("one/", with: "three/")
            #expect(
                try Data(contentsOf: folder.url.appendingPathComponent(name))
                    == Data(contentsOf: folder.url.appendingPathComponent(other)), "\(name)")
        }
    }

    @Test func `what others put into the folder is not touched`() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/out/heatmaps", withIntermediateDirectories: true)
        _ = try folder.file("out/heatmaps/mine.txt", [1])
        await #expect(throws: FolderInTheWay.foreign(folder: folder.path + "/out", name: "heatmaps")) {
            try await run("out", workers: 1)
        }
        #expect(folder.files().contains("out/heatmaps/mine.txt"))
    }

    @Test func `a heatmap of a film that has become unreadable goes, and other files beside it stay`()
        async throws
    {
        _ = try await run("out", workers: 2)
        _ = try folder.file("out/heatmaps/mine.png", [1])
        _ = try folder.file("films/f3.png", [1, 2, 3])
        let record = try await run("out", workers: 2)
        #expect(record.scored == 7)
        let names = folder.files().filter { $0.hasPrefix("out/heatmaps/") }
        #expect(
            names.contains("out/heatmaps/mine.png") && !names.contains("out/heatmaps/f3.png")
                && names.count == 8)
    }

    @Test func `heatmaps that were not asked for again are taken away`() async throws {
        _ = try await run("out", workers: 2)
        await #expect(throws: FolderInTheWay.self) { try await run("out", workers: 2, heatmaps: false) }
        _ = try await run("out", workers: 2, heatmaps: false, overwrite: true)
        #expect(!folder.files().contains { $0.hasPrefix("out/heatmaps/") })
    }

    @Test func `a name that would lead elsewhere becomes a harmless one`() async throws {
        let film = SyntheticFilm(seed: 1, side: 80, isAbnormal: false)
        _ = try folder.file("a.png", PNGFile.encode(film.render()))
        _ = try folder.file("films/a.png", PNGFile.encode(film.render()))
        _ = try folder.file("x y;$(id).png", PNGFile.encode(film.render()))
        let manifest =
            "file,split\nfilms/../a.png,test\nfilms/a.png,test\nx y;$(id).png,test\nfilms/f1.png,train\n"
        let path = try folder.file("m.csv", Array(manifest.utf8))
        var scoring = try FilmScoring(
            films: FilmListing(path, part: .test).films, model: model, modelSHA256: "",
            output: folder.path + "/out", version: "test")
        scoring.drawsHeatmaps = true
        let record = try await scoring.run()
        #expect(record.scored == 3)
        let names = folder.files().filter { $0.hasSuffix(".png") && $0.hasPrefix("out/") }
        #expect(names == ["out/heatmaps/1-a.png", "out/heatmaps/2-a.png", "out/heatmaps/x_y___id_.png"])
    }

    @Test func `a model for slides is refused`() throws {
        let built = try ModelFile.load(try BuiltInModels.url(BuiltInModels.source))
        #expect(throws: FilmModelError.forSlides(name: built.record.name)) {
            try FilmScoring(films: [], model: built, modelSHA256: "", output: "", version: "")
        }
    }

    @Test func `lists without films say so`() throws {
        let path = try folder.file("empty.csv", Array("file,split\na.png,train\n".utf8))
        #expect(throws: FilmListingError.noFilms(path: path, part: .test)) {
            try FilmListing(path, part: .test)
        }
        let other = try folder.file("other.csv", Array("name\na.png\n".utf8))
        #expect(throws: FilmListingError.noFileColumn(path: other)) { try FilmListing(other, part: nil) }
    }
}
