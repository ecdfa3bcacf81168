import Foundation
import TestSupport
import Testing

/// `wsi-screen train` as users run it.
@Suite(.timeLimit(.minutes(5))) struct `The train command` {
    private let fixture: TrainFixture

    init() throws {
        fixture = try TrainFixture()
    }

    @Test func `with --json there is one document, with --quiet nothing else, and a second run repeats it`()
        throws
    {
        let first = try fixture.train("plain", ["--json", "--quiet"])
        let document = try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any]
        #expect(first.status == 0 && first.errors.isEmpty && document?["updates"] as? Int == 250)
        let again = try fixture.train("plain", ["--json"])
        #expect(again.output == first.output && again.errors.contains("finished already"))
        let lines = try fixture.train("plain", ["--log-format", "json"]).errors.split(separator: "\n")
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["message"] is String && object?["level"] is String)
        }
        #expect(lines.count >= 3)
    }

    @Test func `model info shows the configuration, and it makes the same model`() throws {
        #expect(try fixture.train("plain").status == 0)
        let info = try Program.run(["model", "info", "plain/m.safetensors"], in: fixture.folder)
        #expect(info.status == 0 && info.output.contains("\"seed\":5"))
        let text = try Program.run(
            ["model", "info", "plain/m.safetensors", "--configuration"], in: fixture.folder)
        _ = try fixture.folder.file("again.yaml", Array(text.output.utf8))
        #expect(try fixture.train("again").status == 0)
        let isSame = try fixture.contents("again") == fixture.contents("plain")
        #expect(isSame)
        // A model of another program has none.
        var bytes = try Data(contentsOf: fixture.folder.url.appendingPathComponent("plain/m.safetensors"))
        let key = try #require(bytes.range(of: Data("wsi_screen_configuration".utf8)))
        bytes.replaceSubrange(key, with: Data("what_another_program_had".utf8))
        let path = try fixture.folder.file("old.safetensors", [UInt8](bytes))
        let old = try Program.run(["model", "info", path, "--configuration"], in: fixture.folder)
        #expect(old.status == 65 && old.output.isEmpty && old.errors.contains("how it was trained"))
    }

    @Test(arguments: [
        ("optimiser: {learning_rate: 0.1}", ["optimiser", "line 1", "did you mean 'optimizer'"]),
        ("optimizer: {learn_rate: 0.1}", ["optimizer.learn_rate", "learning_rate"]),
        ("optimizer: {batch: many}", ["optimizer.batch", "'many'"]),
        ("optimizer: {batch: 0}", ["optimizer.batch", "possible is 1"]),
        ("loss: perceptuel", ["perceptuel", "did you mean 'perceptual'"]),
        ("extractor: {weights: built-in, taps: [r99]}", ["r99"]),
        (
            "network: {widths: 4, latent_resolution: 6}",
            ["'wrong.yaml': the configuration contradicts itself"]
        ),
        ("schedule: {iterations: 5, early_stopping: {limit: 5}}", ["iterations and early_stopping"]),
        ("seed: [1", ["not valid YAML"]), ("a: &b [1]\nseed: *b", ["references", "line 2"]),
        ("- a\n- b", ["line 1"]),
        ("extractor: {weights: vgg19, taps: [r42]}", ["--extractor"]),
    ])
    func `mistakes in the configuration end with 64 and name the place`(yaml: String, words: [String]) throws
    {
        _ = try fixture.folder.file("wrong.yaml", Array(yaml.utf8))
        let ending = try fixture.train("wrong")
        #expect(ending.status == 64 && ending.output.isEmpty)
        for word in words { #expect(ending.errors.contains(word), "\(word) in: \(ending.errors)") }
        #expect(!fixture.files("wrong").contains("m.safetensors"))
    }

    @Test(arguments: [
        ["--max-bad", "1.5"], ["--max-bad", "inf"], ["--max-bad", "1e30"], ["--max-bad", "nan"],
        ["--memory", "0"], ["--workers", "0"], ["--checkpoint-every", "-1"], ["--checkpoint-every", "inf"],
        ["--seed", "9999999999999999999"], ["--config", "absent.yaml"], ["-o", "m.bin"], ["--no-such"],
    ])
    func `mistakes on the command line end with 64`(more: [String]) throws {
        let ending = try fixture.train("plain", more)
        #expect(ending.status == 64 && ending.output.isEmpty && ending.errors.count > 20)
    }

    @Test func `options for manifests are refused for a folder`() throws {
        for option in ["--group-column", "--label-column", "--label-normal"] {
            let ending = try fixture.train("plain", [option, "x"])
            #expect(ending.status == 64 && ending.errors.contains(option) && ending.errors.contains("folder"))
        }
        #expect(fixture.files("plain").isEmpty)
    }

    @Test func `what a manifest and its files leave open is told`() throws {
        let rows = (0..<12).map { "data/\($0).png,\($0 < 9 ? "train" : "val")" }.joined(separator: "\n")
        _ = try fixture.folder.file("given.csv", Array("file,split\n\(rows)\n".utf8))
        let given = try fixture.train("plain", ["--data", "given.csv"])
        #expect(given.status == 0 && given.errors.contains("hold_out is not used"), "\(given.errors)")
        #expect(!given.errors.contains("no groups known"))
        let open = try fixture.train("plain", ["-o", "open/m.safetensors"])
        #expect(open.status == 0 && open.errors.contains("no groups known"), "\(open.errors)")
        let (yaml, scale) = (
            TrainFixture.tiny.replacing("tile: 20,", with: "tile: 20, tile_resolution_um: 0.5,"),
            "24 px images, each taken as 10 µm wide, that is 0.42 µm/px"
        )
        _ = try fixture.folder.file("scaled.yaml", Array("\(yaml)\nschedule: {iterations: 5}\n".utf8))
        let scaled = try fixture.train("scaled")
        #expect(scaled.status == 0 && scaled.errors.contains(scale), "\(scaled.errors)")
        let card = try String(contentsOfFile: fixture.folder.path + "/scaled/m.md", encoding: .utf8)
        #expect(card.contains("| scale | \(scale) |"))
    }

    @Test func `bad data end with 65, impossible outputs with 73`() throws {
        let cases: [([String], Int32, String)] = [
            (["--data", "absent"], 65, "absent"), (["--data", "plain.yaml"], 65, "plain.yaml"),
            (["--memory", "0.000001"], 65, "memory"), (["--extractor", "x"], 65, "/x'"), ([], 0, ""),
            (["-o", "plain.yaml/m.safetensors"], 73, "plain.yaml"),
            (["-o", "plain.yaml/deep/m.safetensors"], 73, "plain.yaml"),
            (["-o", "new/deep/m.safetensors"], 0, ""), (["--seed", "6"], 73, "--restart"),
            (["--seed", "6", "--restart"], 0, ""),
        ]
        for (more, status, word) in cases {
            let ending = try fixture.train("plain", more)
            #expect(ending.status == status, "\(more): \(ending.errors)")
            #expect(word.isEmpty || ending.errors.contains(word), "\(more): \(ending.errors)")
        }
        let lost = try fixture.train("plain", ["--extractor", "x", "--restart"])
        #expect(lost.errors.hasSuffix("/x' cannot be used: no such file or directory\n"), "\(lost.errors)")
        _ = try fixture.folder.file("data/broken.png", [1, 2])
        let bad = try fixture.train("plain", ["--max-bad", "0", "-o", "bad/m.safetensors"])
        #expect(bad.status == 65 && bad.errors.contains("broken.png"))
        #expect(fixture.files("bad").contains("m.bad-images.csv"))
        let put = try fixture.train("plain", ["--max-bad", "1", "-o", "bad/m.safetensors"])
        #expect(put.status == 0 && put.errors.contains("left out"))
    }

    @Test func `a damaged or foreign checkpoint ends with 65, a diverging loss, too`() throws {
        try FileManager.default.createDirectory(
            atPath: fixture.folder.path + "/plain", withIntermediateDirectories: true)
        _ = try fixture.folder.file("plain/m.checkpoint", [1, 2, 3])
        let damaged = try fixture.train("plain")
        #expect(damaged.status == 65 && damaged.errors.contains("(it is incomplete or was changed)"))
        #expect(damaged.errors.contains("--restart"))
        #expect(try fixture.train("plain", ["--restart"]).status == 0)
        let wild = TrainFixture.tiny.replacing("0.01", with: "1") + "\nschedule: {iterations: 3000}\n"
        _ = try fixture.folder.file("wild.yaml", Array(wild.utf8))
        let diverged = try fixture.train("wild")
        #expect(diverged.status == 65 && diverged.errors.contains("optimizer.learning_rate"))
    }
}
