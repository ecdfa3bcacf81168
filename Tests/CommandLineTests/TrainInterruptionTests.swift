import Foundation
import Kernels
import TestSupport
import Testing

/// Trainings that are killed, interrupted or short of room end in the same bytes as those that run through.
@Suite(.timeLimit(.minutes(5))) struct `Interrupted training` {
    private let fixture: TrainFixture

    init() throws {
        fixture = try TrainFixture()
    }

    @Test(arguments: ["plain", "warmup", "growing", "stopping"])
    func `killed at any moment and started again it ends in the same bytes`(name: String) throws {
        let clock = ContinuousClock()
        var ending: Program.Ending?
        let time = try clock.measure { ending = try fixture.train(name, ["--quiet"]) }
        #expect(ending?.status == 0 && ending?.errors == "")
        let whole = try fixture.contents(name)
        try FileManager.default.moveItem(
            atPath: fixture.folder.path + "/" + name, toPath: fixture.folder.path + "/whole-" + name)
        var random = SeededGenerator(seed: 77)
        var kills = 0
        for attempt in 0..<200 {
            // The first interval saves after every update, so that kills hit the writing of files, too.
            let every = attempt % 3 == 2 ? "0.02" : "0"
            let (process, _, _) = try Program.start(
                fixture.arguments(name, ["--quiet", "--checkpoint-every", every]), in: fixture.folder)
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
        let isSame = try fixture.contents(name) == whole
        #expect(isSame && kills >= 2, "\(kills) kills")
        #expect(Set(fixture.files(name)) == Set(fixture.files("whole-" + name)))
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func `a signal saves a checkpoint, says so, and the same command goes on`(
        ending: (signal: Int32, status: Int32)
    ) throws {
        // Without a checkpoint before: only the signal saves one.
        let started = ContinuousClock.now
        let (status, text) = try fixture.interrupt("growing", with: ending.signal)
        #expect(ContinuousClock.now - started < .seconds(20))
        #expect(status == ending.status)
        #expect(text.contains("interrupted") && text.contains("same command again"))
        #expect(!fixture.files("growing").contains { $0.hasSuffix(".part") })
        // Before the rerun, which removes it. A signal while images are prepared leaves none.
        let isSaved = fixture.files("growing").contains("m.checkpoint")
        let again = try fixture.train("growing")
        #expect(again.status == 0)
        #expect(again.errors.contains("going on after update") == isSaved, "\(text)")
        let resumed = try fixture.contents("growing")
        try FileManager.default.removeItem(atPath: fixture.folder.path + "/growing")
        #expect(try fixture.train("growing").status == 0)
        let isSame = try fixture.contents("growing") == resumed
        #expect(isSame)
    }

    @Test func `two trainings of one output exclude each other`() throws {
        let (process, _, _) = try Program.start(fixture.arguments("growing", ["--quiet"]), in: fixture.folder)
        while process.isRunning, !fixture.files("growing").contains(".m.lock") { usleep(500) }
        usleep(20_000)
        let second = try fixture.train("growing")
        process.waitUntilExit()
        #expect(second.status == 73 && second.errors.contains("in use by process"))
        #expect(process.terminationStatus == 0)
    }

    @Test func `a checkpoint that a signal cannot save is not said to be saved`() throws {
        try fixture.configure("long", schedule: "{iterations: 1000000}")
        try FileManager.default.createDirectory(
            atPath: fixture.folder.path + "/long/m.checkpoint.part", withIntermediateDirectories: true)
        let (status, text) = try fixture.interrupt("long", after: 1.5)
        #expect(status == 73 && text.contains("m.checkpoint.part") && !text.contains("saved"), "\(text)")
        #expect(!fixture.files("long").contains("m.checkpoint"))
    }

    /// Kernels that this processor can run and would not choose.
    private static let otherKernels = KernelPath.allCases.first { path in
        path != .current && path.run({ path }) != nil
    }

    @Test(.enabled(if: otherKernels != nil, "this processor runs one copy of the kernels only"))
    func `a training goes on with the kernels of its checkpoint`() throws {
        let other = try #require(Self.otherKernels)
        try fixture.configure("long", schedule: "{iterations: 1200}")
        #expect(try fixture.interrupt("long", after: 0.5).status == 143)
        let place = fixture.folder.url.appendingPathComponent("long/m.checkpoint")
        let bytes = [UInt8](try Data(contentsOf: place))
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
        for (kernels, status) in [("warp", Int32(65)), ("\(other)", 0)] {
            let changed = header.replacing(" \(KernelPath.current)\\\"", with: " \(kernels)\\\"")
            #expect(changed != header)
            let prefix = withUnsafeBytes(of: UInt64(changed.utf8.count).littleEndian) { [UInt8]($0) }
            try Data(prefix + Array(changed.utf8) + bytes[(8 + length)...]).write(to: place)
            let ending = try fixture.train("long")
            #expect(ending.status == status, "\(ending.errors)")
            #expect(ending.errors.contains(status == 0 ? "\(other) kernels" : "--restart"))
        }
        let info = try Program.run(["model", "info", "long/m.safetensors"], in: fixture.folder)
        #expect(info.output.contains(" \(other)\""))
    }

    private static let canMount = {
        guard let folder = try? TemporaryFolder() else { return false }
        return TrainFixture.succeeds("mount -t tmpfs tmpfs '\(folder.path)' && umount '\(folder.path)'")
    }()

    /// On a file system with room for the first checkpoints only.
    @Test(.enabled(if: canMount, "mounting a file system is not permitted"))
    func `a full disk ends with 75, keeps the checkpoint, and with room the training goes on`() throws {
        #expect(try fixture.train("stopping", ["-o", "whole/m.safetensors"]).status == 0)
        let place = fixture.folder.path + "/stopping"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try #require(TrainFixture.succeeds("mount -t tmpfs -o size=160k tmpfs '\(place)'"))
        defer { _ = TrainFixture.succeeds("umount -l '\(place)'") }
        let full = try fixture.train("stopping", ["--checkpoint-every", "0"])
        #expect(full.status == 75 && full.errors.contains("No space left"), "\(full.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(left.contains("m.checkpoint") && !left.contains { $0.hasSuffix(".part") })
        #expect(TrainFixture.succeeds("mount -o remount,size=4m '\(place)'"))
        let ending = try fixture.train("stopping")
        #expect(ending.status == 0 && ending.errors.contains("going on after update"))
        let isSame = try fixture.contents("stopping") == fixture.contents("whole")
        #expect(isSame)
    }
}
