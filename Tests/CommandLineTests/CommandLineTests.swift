import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Command line` {
    private let slide = FixtureSlides.path("tiny-abnormal.svs")

    @Test func `a bare slide is screened, and standard output stays empty`() throws {
        let folder = try TemporaryFolder()
        let ending = try Program.run([slide], in: folder)
        #expect(ending.status == 0 && ending.output.isEmpty)
        #expect(ending.errors.contains("wsi-screen-out/tiny-abnormal/heatmap.png"))
        #expect(folder.files().contains("wsi-screen-out/tiny-abnormal/heatmap.png"))
    }

    @Test func `with --json standard output is one document and --quiet silences the rest`() throws {
        let folder = try TemporaryFolder()
        let ending = try Program.run([slide, "--json", "--quiet", "--max-tiles", "3"], in: folder)
        let document = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]]
        #expect(document?.first?["status"] as? String == "ok")
        #expect(ending.errors.isEmpty)
    }

    @Test(arguments: [
        ["--no-such-flag", "x.svs"], ["screen"], ["screen", "a.svs", "--min-tissue", "2"],
        ["screen", "a.svs", "--mpp", "250"], ["screen", "a.svs", "--coverage", "medium"], ["tile", "a.svs"],
        ["screen", "a.svs", "--config", "missing.yaml"], ["model", "nonsense"],
        ["model", "export", "he-lung-demo"], ["model", "export", "self", "--onnx", "x.onnx"],
        ["screen", "a.svs", "--model", "self", "--extractor", "vgg19.safetensors"],
    ])
    func `mistakes end with status 64 and a sentence`(arguments: [String]) throws {
        let ending = try Program.run(arguments, in: TemporaryFolder())
        #expect(ending.status == 64 && ending.errors.count > 10 && ending.output.isEmpty)
    }

    @Test func `failures end with 65, a used or impossible output with 73`() throws {
        let folder = try TemporaryFolder()
        let missing = try Program.run(["nowhere.svs"], in: folder)
        #expect(missing.status == 65 && missing.errors.contains("file_not_found"))
        #expect(try Program.run([slide, "--model", "no-such-model"], in: folder).status == 65)
        try Data().write(to: folder.url.appendingPathComponent("file"))
        #expect(try Program.run([slide, "-o", "file"], in: folder).status == 73)
    }

    @Test func `help and version succeed on standard output`() throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["--help"], ["screen", "--help"], ["tile", "--help"], ["model", "--help"], ["--version"],
        ] {
            let ending = try Program.run(arguments, in: folder)
            #expect(ending.status == 0 && !ending.output.isEmpty && ending.errors.isEmpty, "\(arguments)")
        }
        #expect(try Program.run(["screen", "--help"], in: folder).output.contains("--coverage"))
    }

    @Test func `help and model info teach what a slide's own model is good for`() throws {
        let folder = try TemporaryFolder()
        let wrapped = try Program.run(["screen", "--help"], in: folder).output
        let help = wrapped.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(help.contains("--model self") && help.contains("mostly tumor"))
        let info = try Program.run(["model", "info", "self"], in: folder)
        #expect(info.status == 0 && info.output.contains("majority"))
        #expect(info.output.contains("do not compare"))
        let tiny = try Program.run([slide, "--model", "self"], in: folder)
        #expect(tiny.status == 65 && tiny.errors.contains("too_little_tissue_for_self"))
    }

    @Test func `a configuration file gives options and flags win over it`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("run.yaml")
        try Data("max-tiles: 4\nquiet: true\noutput: from-file\n".utf8).write(to: file)
        let ending = try Program.run([slide, "--config", "run.yaml", "--max-tiles", "2"], in: folder)
        #expect(ending.status == 0 && ending.errors.isEmpty)
        let table = folder.url.appendingPathComponent("from-file/tiny-abnormal/tiles.csv")
        #expect(try String(contentsOf: table, encoding: .utf8).split(separator: "\n").count == 3)
        try Data("max-tile: 4\n".utf8).write(to: file)
        let wrong = try Program.run([slide, "--config", "run.yaml"], in: folder)
        #expect(wrong.status == 64 && wrong.errors.contains("max-tile"))
    }

    @Test func `tiles are written with a table, and none are lost`() throws {
        let folder = try TemporaryFolder()
        let ending = try Program.run(["tile", slide, "-o", "tiles", "--stain", "tile"], in: folder)
        #expect(ending.status == 0)
        let table = folder.url.appendingPathComponent("tiles/tiny-abnormal/tiles.csv")
        let ok = try String(contentsOf: table, encoding: .utf8).split(separator: "\n").filter {
            $0.contains(",ok,")
        }
        let pictures = folder.files().filter { $0.contains("/tiles/x") }
        #expect(ok.count == pictures.count && ok.count > 2)
    }

    @Test(arguments: ["2>/dev/full", "2>&-"])
    func `a standard error that cannot be written does not stop the work`(redirection: String) throws {
        let folder = try TemporaryFolder()
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "exec \"$0\" screen \"$1\" -o out --max-tiles 2 \(redirection)", Program.path, slide,
        ]
        shell.currentDirectoryURL = folder.url
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0 && folder.files().contains("out/summary.csv"))
    }

    @Test func `a standard output that is full is an I/O error, one that nobody reads is none`() throws {
        let folder = try TemporaryFolder()
        for (redirection, status) in [(">/dev/full", Int32(74)), ("| true", 0)] {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", "\"$0\" model info he-lung-demo \(redirection)", Program.path]
            shell.currentDirectoryURL = folder.url
            shell.standardError = FileHandle.nullDevice
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == status, "\(redirection)")
        }
    }

    @Test func `every command takes --config`() throws {
        let folder = try TemporaryFolder()
        try Data("json: true\n".utf8).write(to: folder.url.appendingPathComponent("c.yaml"))
        for command in [["doctor"], ["model", "list"], ["model", "info", "he-lung-demo"]] {
            let ending = try Program.run(command + ["--config", "c.yaml"], in: folder)
            #expect(ending.status == 0 && (ending.output.hasPrefix("{") || ending.output.hasPrefix("[")))
        }
    }

    @Test func `doctor and model list and info answer`() throws {
        let folder = try TemporaryFolder()
        let doctor = try Program.run(["doctor"], in: folder)
        #expect(doctor.status == 0 && doctor.output.contains("OpenSlide"))
        #expect(try Program.run(["model", "list"], in: folder).output.hasPrefix("he-lung-demo\t"))
        let info = try Program.run(["model", "info", "he-lung-demo"], in: folder)
        #expect(info.output.contains("not for diagnosis") && info.output.contains("SHA-256"))
    }

    @Test func `a model is exported once, and again only with --overwrite`() throws {
        let folder = try TemporaryFolder()
        let export = ["model", "export", "he-lung-demo", "--onnx", "m.onnx"]
        let first = try Program.run(export + ["--json", "--quiet"], in: folder)
        let report = try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any]
        #expect(first.status == 0 && first.errors.isEmpty && report?["path"] as? String == "m.onnx")
        let inputs = report?["inputs"] as? [[String: Any]]
        #expect(inputs?.first?["shape"] as? [String] == ["N", "3", "64", "64"])
        #expect((report?["outputs"] as? [Any])?.count == 4)
        let file = try Data(contentsOf: folder.url.appendingPathComponent("m.onnx"))
        #expect(report?["bytes"] as? Int == file.count)
        let second = try Program.run(export, in: folder)
        #expect(second.status == 73 && second.errors.contains("--overwrite"))
        let third = try Program.run(export + ["--overwrite"], in: folder)
        #expect(third.status == 0 && third.output.isEmpty && third.errors.contains("m.onnx"))
        #expect(try Data(contentsOf: folder.url.appendingPathComponent("m.onnx")) == file)
        #expect(folder.files() == ["m.onnx"])
    }

    @Test func `a model that cannot be exported or written says why`() throws {
        let folder = try TemporaryFolder()
        let bad = try Program.run(["model", "export", "no-such-model", "--onnx", "m.onnx"], in: folder)
        #expect(bad.status == 65 && bad.errors.contains("no-such-model"))
        let place = try Program.run(
            ["model", "export", "he-lung-demo", "--onnx", "nowhere/m.onnx"], in: folder)
        #expect(place.status == 73 && place.errors.contains("nowhere") && folder.files().isEmpty)
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))], [0.05, 0.3, 0.6])
    func `a signal ends the run in good order, and the same command goes on`(
        ending: (signal: Int32, status: Int32), after seconds: Double
    ) throws {
        let folder = try TemporaryFolder()
        let slides = ["a.svs", "b.svs", "c.svs", "d.svs"]
        for name in slides {
            try FileManager.default.copyItem(atPath: slide, toPath: folder.path + "/" + name)
        }
        let (process, _, _) = try Program.start(["screen"] + slides + ["-o", "out", "--quiet"], in: folder)
        Thread.sleep(forTimeInterval: seconds)
        kill(process.processIdentifier, ending.signal)
        process.waitUntilExit()
        // A run that had ended before the signal came cannot be interrupted; any other must say that it was.
        let wasFinished = folder.files().contains("out/run.json")
        if !wasFinished { #expect(process.terminationStatus == ending.status || seconds < 0.1) }
        #expect(!folder.files().contains { $0.hasSuffix(".part") })
        let again = try Program.run(["screen"] + slides + ["-o", "out", "--quiet"], in: folder)
        #expect(again.status == 0)
        let summary = try String(contentsOfFile: folder.path + "/out/summary.csv", encoding: .utf8)
        #expect(summary.split(separator: "\n").count == slides.count + 1)
    }
}
