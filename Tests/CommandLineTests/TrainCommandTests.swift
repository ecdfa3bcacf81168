import Foundation
import ImageFiles
import Kernels
import Pixels
import TestSupport
import Testing

/// `wsi-screen train` as users run it.
@Suite(.timeLimit(.minutes(5))) struct `The train command` {
    private let folder: TemporaryFolder

    private static let tiny = """
        seed: 5
        input: {color: rgb, tile: 20, crop: 16, size: 16}
        augmentation: {crop: random, flips: both}
        network: {widths: 4, latent_channels: 4, latent_resolution: 4}
        extractor: {weights: built-in, taps: [r22], calibration_images: 20}
        optimizer: {learning_rate: 0.01, batch: 4}
        hold_out: 0.2
        """

    private static let schedules = [
        "plain": "{iterations: 250}", "warmup": "{iterations: 150, warmup: 100}",
        "growing":
            "{iterations: 80, growing: {start: 8, iterations_per_stage: 80, taps: {8: [r12], 16: [r22]}}}",
        "stopping":
            "{early_stopping: {check_every: 20, patience: 2, minimum_gain: 0.01, limit: 300}, warmup: 60}",
    ]

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/data", withIntermediateDirectories: true)
        for number in 0..<15 {
            var random = SeededGenerator(seed: UInt64(number))
            let (x, y) = (0.2 + random.nextUnit(), 0.2 + random.nextUnit())
            var pixels: [UInt8] = []
            for index in 0..<(24 * 24) {
                let wave = sin(x * Double(index % 24)) * sin(y * Double(index / 24))
                for mean in [180.0, 110, 160] {
                    pixels.append(UInt8(mean + 50 * wave + 9 * random.nextUnit()))
                }
            }
            let picture = RGBImage(width: 24, height: 24, pixels: pixels)
            _ = try folder.file("data/\(number).png", PNGFile.encode(picture))
        }
        for (name, schedule) in Self.schedules {
            _ = try folder.file("\(name).yaml", Array("\(Self.tiny)\nschedule: \(schedule)\n".utf8))
        }
    }

    private func arguments(_ name: String, _ more: [String] = []) -> [String] {
        // One worker: several would wait for each other on a machine that runs other tests at the same time.
        [
            "train", "--data", "data", "--config", "\(name).yaml", "-o", "\(name)/m.safetensors",
            "--workers", "1",
        ] + more
    }

    private func train(_ name: String, _ more: [String] = []) throws -> Program.Ending {
        try Program.run(arguments(name, more), in: folder)
    }

    private func contents(_ name: String) throws -> [String: Data] {
        let names = ["m.safetensors", "m.loss.csv", "m.loss.png", "m.md"]
        return try names.reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: folder.url.appendingPathComponent("\(name)/\($1)"))
        }
    }

    private func files(_ name: String) -> [String] {
        folder.files().filter { $0.hasPrefix(name + "/") }.map { String($0.dropFirst(name.count + 1)) }
    }

    @Test(arguments: ["plain", "warmup", "growing", "stopping"])
    func `killed at any moment and started again it ends in the same bytes`(name: String) throws {
        let clock = ContinuousClock()
        var ending: Program.Ending?
        let time = try clock.measure { ending = try train(name, ["--quiet"]) }
        #expect(ending?.status == 0 && ending?.errors == "")
        let whole = try contents(name)
        try FileManager.default.moveItem(
            atPath: folder.path + "/" + name, toPath: folder.path + "/whole-" + name)
        var random = SeededGenerator(seed: 77)
        var kills = 0
        for attempt in 0..<200 {
            // The first interval saves after every update, so that kills hit the writing of files, too.
            let every = attempt % 3 == 2 ? "0.02" : "0"
            let (process, _, _) = try Program.start(
                arguments(name, ["--quiet", "--checkpoint-every", every]), in: folder)
            let patience = random.nextUnit() * 0.9 * (time / .seconds(1)) + 0.02 * Double(attempt)
            let deadline = clock.now + .seconds(patience)
            while process.isRunning, clock.now < deadline { Thread.sleep(forTimeInterval: 0.002) }
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                kills += 1
            }
            process.waitUntilExit()
            if process.terminationReason == .exit {
                #expect(process.terminationStatus == 0)
                break
            }
        }
        let isSame = try contents(name) == whole
        #expect(isSame && kills >= 2, "\(kills) kills")
        #expect(Set(files(name)) == Set(files("whole-" + name)))
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func `a signal saves a checkpoint, says so, and the same command goes on`(
        ending: (signal: Int32, status: Int32)
    ) throws {
        let (process, _, errors) = try Program.start(arguments("growing"), in: folder)
        // Without a checkpoint before: only the signal saves one.
        let started = ContinuousClock.now
        while process.isRunning, !files("growing").contains(".m.lock") { usleep(1_000) }
        usleep(UInt32(0.25 * 1e6))
        kill(process.processIdentifier, ending.signal)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(ContinuousClock.now - started < .seconds(20))
        #expect(process.terminationStatus == ending.status)
        #expect(text.contains("interrupted") && text.contains("same command again"))
        #expect(!files("growing").contains { $0.hasSuffix(".part") })
        let again = try train("growing")
        #expect(again.status == 0)
        if files("growing").contains("m.checkpoint") {
            #expect(again.errors.contains("going on after update"))
        }
        let resumed = try contents("growing")
        try FileManager.default.removeItem(atPath: folder.path + "/growing")
        #expect(try train("growing").status == 0)
        let isSame = try contents("growing") == resumed
        #expect(isSame)
    }

    @Test func `with --json there is one document, with --quiet nothing else, and a second run repeats it`()
        throws
    {
        let first = try train("plain", ["--json", "--quiet"])
        let document = try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any]
        #expect(first.status == 0 && first.errors.isEmpty && document?["updates"] as? Int == 250)
        let again = try train("plain", ["--json"])
        #expect(again.output == first.output && again.errors.contains("finished already"))
        let lines = try train("plain", ["--log-format", "json"]).errors.split(separator: "\n")
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["message"] is String && object?["level"] is String)
        }
        #expect(lines.count >= 3)
    }

    @Test func `model info shows the configuration, and it makes the same model`() throws {
        #expect(try train("plain").status == 0)
        let info = try Program.run(["model", "info", "plain/m.safetensors"], in: folder)
        #expect(info.status == 0 && info.output.contains("\"seed\":5"))
        let text = try Program.run(["model", "info", "plain/m.safetensors", "--configuration"], in: folder)
        _ = try folder.file("again.yaml", Array(text.output.utf8))
        #expect(try train("again").status == 0)
        let isSame = try contents("again") == contents("plain")
        #expect(isSame)
        let old = try Program.run(["model", "info", "he-lung-demo", "--configuration"], in: folder)
        #expect(old.status == 65 && old.output.isEmpty && old.errors.contains("how it was trained"))
    }

    @Test(arguments: [
        ("optimiser: {learning_rate: 0.1}", ["optimiser", "line 1", "did you mean 'optimizer'"]),
        ("optimizer: {learn_rate: 0.1}", ["optimizer.learn_rate", "learning_rate"]),
        ("optimizer: {batch: many}", ["optimizer.batch", "'many'"]),
        ("optimizer: {batch: 0}", ["optimizer.batch", "possible is 1"]),
        ("loss: perceptuel", ["perceptuel", "did you mean 'perceptual'"]),
        ("extractor: {weights: built-in, taps: [r99]}", ["r99"]),
        ("network: {widths: 4, latent_resolution: 6}", ["contradicts"]),
        ("schedule: {iterations: 5, early_stopping: {limit: 5}}", ["iterations and early_stopping"]),
        ("seed: [1", ["not valid YAML"]),
        ("- a\n- b", ["line 1"]),
        ("extractor: {weights: vgg19, taps: [r42]}", ["--extractor"]),
    ])
    func `mistakes in the configuration end with 64 and name the place`(yaml: String, words: [String]) throws
    {
        _ = try folder.file("wrong.yaml", Array(yaml.utf8))
        let ending = try train("wrong")
        #expect(ending.status == 64 && ending.output.isEmpty)
        for word in words { #expect(ending.errors.contains(word), "\(word) in: \(ending.errors)") }
        #expect(!files("wrong").contains("m.safetensors"))
    }

    @Test(arguments: [
        ["--max-bad", "1.5"], ["--memory", "0"], ["--workers", "0"], ["--checkpoint-every", "-1"],
        ["--seed", "9999999999999999999"], ["--config", "absent.yaml"], ["-o", "m.bin"], ["--no-such"],
    ])
    func `mistakes on the command line end with 64`(more: [String]) throws {
        let ending = try train("plain", more)
        #expect(ending.status == 64 && ending.output.isEmpty && ending.errors.count > 20)
    }

    @Test func `options for manifests are refused for a folder`() throws {
        for option in ["--group-column", "--label-column", "--label-normal"] {
            let ending = try train("plain", [option, "x"])
            #expect(ending.status == 64 && ending.errors.contains(option) && ending.errors.contains("folder"))
        }
        #expect(files("plain").isEmpty)
    }

    @Test func `what a manifest and its files leave open is told`() throws {
        let rows = (0..<12).map { "data/\($0).png,\($0 < 9 ? "train" : "val")" }.joined(separator: "\n")
        _ = try folder.file("given.csv", Array("file,split\n\(rows)\n".utf8))
        let given = try train("plain", ["--data", "given.csv"])
        #expect(given.status == 0 && given.errors.contains("hold_out is not used"), "\(given.errors)")
        #expect(!given.errors.contains("no groups known"))
        let open = try train("plain", ["-o", "open/m.safetensors"])
        #expect(open.status == 0 && open.errors.contains("no groups known"), "\(open.errors)")
        let (yaml, scale) = (
            Self.tiny.replacing("tile: 20,", with: "tile: 20, tile_resolution_um: 0.5,"),
            "24 px images, each taken as 10 µm wide, that is 0.42 µm/px"
        )
        _ = try folder.file("scaled.yaml", Array("\(yaml)\nschedule: {iterations: 5}\n".utf8))
        let scaled = try train("scaled")
        #expect(scaled.status == 0 && scaled.errors.contains(scale), "\(scaled.errors)")
        let card = try String(contentsOfFile: folder.path + "/scaled/m.md", encoding: .utf8)
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
            let ending = try train("plain", more)
            #expect(ending.status == status, "\(more): \(ending.errors)")
            #expect(word.isEmpty || ending.errors.contains(word), "\(more): \(ending.errors)")
        }
        _ = try folder.file("data/broken.png", [1, 2])
        let bad = try train("plain", ["--max-bad", "0", "-o", "bad/m.safetensors"])
        #expect(bad.status == 65 && bad.errors.contains("broken.png"))
        #expect(files("bad").contains("m.bad-images.csv"))
        let put = try train("plain", ["--max-bad", "1", "-o", "bad/m.safetensors"])
        #expect(put.status == 0 && put.errors.contains("left out"))
    }

    @Test func `a damaged or foreign checkpoint ends with 65, a diverging loss, too`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/plain", withIntermediateDirectories: true)
        _ = try folder.file("plain/m.checkpoint", [1, 2, 3])
        let damaged = try train("plain")
        #expect(damaged.status == 65 && damaged.errors.contains("--restart"))
        #expect(try train("plain", ["--restart"]).status == 0)
        let wild = Self.tiny.replacing("0.01", with: "1") + "\nschedule: {iterations: 3000}\n"
        _ = try folder.file("wild.yaml", Array(wild.utf8))
        let diverged = try train("wild")
        #expect(diverged.status == 65 && diverged.errors.contains("optimizer.learning_rate"))
    }

    @Test func `two trainings of one output exclude each other`() throws {
        let (process, _, _) = try Program.start(arguments("growing", ["--quiet"]), in: folder)
        while process.isRunning, !files("growing").contains(".m.lock") { usleep(500) }
        usleep(20_000)
        let second = try train("growing")
        process.waitUntilExit()
        #expect(second.status == 73 && second.errors.contains("in use by process"))
        #expect(process.terminationStatus == 0)
    }

    /// On a file system with room for the first checkpoints only; needs the right to mount one.
    @Test func `a full disk ends with 75, keeps the checkpoint, and with room the training goes on`() throws {
        #expect(try train("stopping", ["-o", "whole/m.safetensors"]).status == 0)
        let place = folder.path + "/stopping"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        guard shell("mount -t tmpfs -o size=160k tmpfs '\(place)'") == 0 else { return }
        defer { _ = shell("umount -l '\(place)'") }
        let full = try train("stopping", ["--checkpoint-every", "0"])
        #expect(full.status == 75 && full.errors.contains("No space left"), "\(full.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(left.contains("m.checkpoint") && !left.contains { $0.hasSuffix(".part") })
        #expect(shell("mount -o remount,size=4m '\(place)'") == 0)
        let ending = try train("stopping")
        #expect(ending.status == 0 && ending.errors.contains("going on after update"))
        let isSame = try contents("stopping") == contents("whole")
        #expect(isSame)
    }

    private func shell(_ command: String) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
