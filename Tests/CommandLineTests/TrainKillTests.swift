import Foundation
import TestSupport
import Testing

/// Trainings that strace kills at the n-th call on one file.
@Suite(.timeLimit(.minutes(3))) struct `Training killed at a system call` {
    private static let canTrace = TrainFixture.succeeds("strace -f -qq -o /dev/null true")

    /// - Returns: whether the training was killed.
    private func isKilled(
        _ fixture: TrainFixture, at call: String, number: Int, on file: String, model: String
    ) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-P", "\(file).part", "-e",
                "inject=\(call):signal=KILL:when=\(number)", Program.path,
            ] + fixture.arguments("short", ["--quiet", "--checkpoint-every", "0", "-o", model])
        process.currentDirectoryURL = fixture.folder.url
        try process.run()
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal { return true }
        #expect(process.terminationStatus == 0)
        return false
    }

    @Test(
        .enabled(if: canTrace, "strace is not there or must not trace"),
        arguments: ["m.checkpoint", "m.safetensors"], ["write", "fsync", "rename"])
    func `the next run ends in the same bytes`(file: String, call: String) throws {
        let fixture = try TrainFixture()
        try fixture.configure("short", schedule: "{iterations: 3}")
        #expect(try fixture.train("short").status == 0)
        let folder = fixture.folder.path + "/killed"
        var kills = 0
        while try isKilled(
            fixture, at: call, number: kills + 1, on: "\(folder)/\(file)", model: folder + "/m.safetensors"),
            kills < 10
        {
            kills += 1
            // Nothing incomplete has a final name: there is no model before the last run.
            #expect(!fixture.files("killed").contains("m.safetensors"))
        }
        // Each save of the checkpoint is one call, after every update and at the end.
        #expect(file == "m.checkpoint" ? (2...4).contains(kills) : kills == 1, "\(kills) kills")
        let isSame = try fixture.contents("killed") == fixture.contents("short")
        #expect(isSame)
        #expect(Set(fixture.files("killed")) == Set(fixture.files("short")))
    }
}
