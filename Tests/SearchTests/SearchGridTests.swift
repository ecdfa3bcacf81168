import Foundation
import Networks
import Search
import Testing
import Training

@Suite struct `The grid of a search` {
    private func trials(_ yaml: String) throws -> (trials: [SearchTrial], impossible: [ImpossibleTrial]) {
        try SearchConfiguration(yaml: yaml).trials()
    }

    private func message(_ yaml: String) -> String? {
        do {
            _ = try SearchConfiguration(yaml: yaml)
            return nil
        } catch { return "\(error)" }
    }

    @Test func `every combination is a trial, the last parameter fastest`() throws {
        let (trials, impossible) = try trials("grid: {extractor.taps: [[r12], [r22]], seed: [5, 6, 7]}")
        #expect(impossible.isEmpty)
        #expect(trials.map(\.configuration.seed) == [5, 6, 7, 5, 6, 7])
        #expect(
            trials.map { "\($0.configuration.extractor.taps[0])" } == [
                "r12", "r12", "r12", "r22", "r22", "r22",
            ])
        #expect(trials.map(\.places) == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]])
    }

    @Test func `a value may set several keys and be called something`() throws {
        let configuration = try SearchConfiguration(
            yaml: """
                grid:
                  size:
                    - {label: small, network.widths: 4, optimizer.learning_rate: 0.001}
                    - {network.widths: 8, optimizer.learning_rate: 0.002}
                """)
        #expect(configuration.axes.map(\.name) == ["size"])
        #expect(configuration.axes[0].values.map(\.label) == ["small", "8, 0.002"])
        let trials = try configuration.trials().trials
        #expect(trials.map(\.configuration.network.widths) == [[4], [8]])
        #expect(trials.map(\.configuration.optimizer.learningRate) == [0.001, 0.002])
        // What is not named stays.
        #expect(trials.allSatisfy { $0.configuration.network.latentChannels == 4 })
    }

    @Test func `sections can be values of their key`() throws {
        let (trials, _) = try trials(
            "grid: {input.stain: [none, {match: paper}], loss: [perceptual, {kind: mixture, pixel_weight: 0.1}]}"
        )
        #expect(trials.count == 4)
        #expect(trials.map { $0.configuration.input.stain == nil } == [true, true, false, false])
        #expect(trials[1].configuration.loss == .mixture(pixelWeight: 0.1))
    }

    @Test func `combinations that mean the same are tried once`() throws {
        let (trials, _) = try trials(
            "grid: {detector: [dpa, gaussian], optimizer.learning_rate: [0.001, 0.01]}")
        #expect(trials.map(\.configuration.detector) == [.dpa, .dpa, .gaussian])
        #expect(trials.map(\.aliases) == [[[0, 0]], [[0, 1]], [[1, 0], [1, 1]]])
        // Trees mean nothing to a Gaussian, and flips nothing to what sees centers alone.
        let more = try self.trials(
            "base: {detector: gaussian}\ngrid: {fit.trees: [10, 20], augmentation.flips: [none, both], extractor.deviation_floor: [0, 0.1]}"
        )
        #expect(more.trials.count == 1)
    }

    @Test func `combinations that are no configuration are left out with the reason`() throws {
        let (trials, impossible) = try trials(
            "grid: {input.size: [64, 48], network.latent_resolution: [8, 6]}")
        #expect(trials.map(\.configuration.input.size) == [64, 48])
        #expect(impossible.map(\.places) == [[0, 1], [1, 0]])
        #expect(impossible[1].reason.contains("48 px"))
    }

    @Test(arguments: [
        ("grid: {input.sise: [64]}", "did you mean"),
        ("grid: {detector: [dpa, fae]}", "known are dpa, gaussian, deep-if"),
        ("grid: {input.size: [48]}", "impossible network"),
        ("grid: {input.size: 64}", "a list of values"),
        ("grid: {input.size: []}", "a list of values"),
        ("grid: {}", "names no parameter"),
        ("folds: 3", "there is no section grid"),
        ("grid: {seed: [1, 1]}", "twice"),
        ("grid: {seed: [1]}\nfolds: 1", "2 to 20"),
        ("grid: {seed: [1]}\nbase: [1]", "a file or a section"),
        ("grid: {seed.x: [1]}", "section"),
        ("grid: {.: [1]}", "names nothing"),
        ("grid: {extractor.taps: [[r99], [r12]]}", "is possible with nothing in the grid"),
        ("grid: {size: [{label: a, input.size: 32}], input.size: [64]}", "let one parameter set both"),
        ("grid: {input: [{size: 64}], input.size: [64]}", "let one parameter set both"),
        ("grid: {input.stain: [{label: none}]}", "sets nothing"),
        ("grid: {rank: [{label: a, seed: 1}]}", "a column of the results"),
        ("grid: {hold_out: [0.1, 0.2]}", "decides nothing that the folds could compare"),
    ])
    func `a mistake is named`(yaml: String, part: String) throws {
        let message = try #require(self.message(yaml))
        #expect(message.contains(part), "\(message)")
    }

    @Test func `every search that comes with the program can be read`() throws {
        let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("pipelines")
        let searches = pipelines.appendingPathComponent("searches")
        let names = try FileManager.default.contentsOfDirectory(atPath: searches.path)
        let files =
            names.map { searches.appendingPathComponent($0) }
            + ["camelyon16-search.yaml", "tissue-search.yaml"].map { pipelines.appendingPathComponent($0) }
        #expect(files.count >= 6)
        for file in files {
            let (trials, _) = try SearchConfiguration(contentsOf: file).trials()
            #expect(trials.count > 3, "\(file.lastPathComponent)")
        }
        let published = try SearchConfiguration(
            contentsOf: pipelines.appendingPathComponent("camelyon16-search.yaml"))
        #expect(published.folds == 3 && published.axes.map(\.name).contains("width"))
    }

    @Test func `a grid that would take years is refused before anything is made of it`() throws {
        let many = (0..<200).map(String.init).joined(separator: ", ")
        let message = self.message(
            "grid: {seed: [\(many)], fit.trees: [\(many)], extractor.calibration_images: [\(many)]}")
        #expect(try #require(message).contains("more than 10000 combinations"))
    }
}
