import Foundation
import SyntheticSlides
import TestSupport
import Testing

/// `wsi-screen preprocess camelyon16` as users run it.
@Suite(.timeLimit(.minutes(5))) struct `The preprocess command` {
    private let folder: TemporaryFolder

    private static let set: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        try MiniCamelyon(width: 3840, height: 3072).write(into: folder.url.appendingPathComponent("set"))
        return folder
    }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/set", withDestinationPath: Self.set.get().path + "/set")
    }

    private static let command = [
        "preprocess", "camelyon16", "--root", "set", "--mask", "otsu", "--min-tissue", "0.7",
        "--tumor-fraction", "0.5",
        "--per-slide", "5", "--stain-target", "he-lung-demo",
    ]

    private func contents(_ output: String) throws -> [String: Data] {
        let names = folder.files().filter {
            $0.hasPrefix(output + "/") && !$0.hasSuffix("preprocess.json") && !$0.hasSuffix(".lock")
        }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                (
                    String($0.dropFirst(output.count)),
                    try Data(contentsOf: folder.url.appendingPathComponent($0))
                )
            })
    }

    @Test func `it prints the counts beside the published ones, and as JSON one document`() throws {
        let plain = try Program.run(Self.command + ["-o", "out"], in: folder)
        #expect(plain.status == 0 && plain.output.contains("7612"), "\(plain.errors)")
        let json = try Program.run(Self.command + ["-o", "out", "--json"], in: folder)
        let record = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect((record?["slides"] as? [String: Int]) == ["ok": 6])
    }

    @Test func `without the paper's slide the built-in target is taken, and said so`() throws {
        let ending = try Program.run(Array(Self.command.dropLast(2)) + ["-o", "out"], in: folder)
        #expect(ending.status == 0 && ending.errors.contains("he-lung-demo"), "\(ending.errors)")
        let settings = try String(contentsOfFile: folder.path + "/out/settings.json", encoding: .utf8)
        #expect(settings.contains("model he-lung-demo"))
    }

    @Test func `a run that is killed at any moment goes on and ends in the same bytes`() throws {
        #expect(try Program.run(Self.command + ["-o", "whole", "-q"], in: folder).status == 0)
        var kills = 0
        for delay in [100_000, 200_000, 350_000, 500_000, 700_000] as [UInt32] {
            let (process, _, _) = try Program.start(
                Self.command + ["-o", "killed", "-q", "--workers", "1"], in: folder)
            usleep(delay)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 }
        }
        #expect(kills > 0)
        #expect(try Program.run(Self.command + ["-o", "killed", "-q"], in: folder).status == 0)
        #expect(try contents("killed") == contents("whole"))
    }

    @Test(arguments: [
        (["--tiles", "x", "--per-slide", "3"], 64), (["--magnification", "30"], 64),
        (["--jpeg-quality", "80"], 64),
        (["--tumor-fraction", "0"], 64), (["--validation", "slide_7"], 64),
        (["--tiles", "no-such-list"], 65),
        (["--stain-target", "paper"], 65), (["--root", "/nonexistent"], 65),
    ])
    func `mistakes have their exit codes`(options: [String], status: Int) throws {
        let base =
            options[0] == "--tiles"
            ? ["preprocess", "camelyon16", "--root", "set", "--no-stain"] : Self.command
        let ending = try Program.run(base + ["-o", "out"] + options, in: folder)
        #expect(Int(ending.status) == status, "\(ending.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/out/manifest.csv"))
    }
}
