import Foundation
import ImageFiles
import Kernels
import Pixels
import TestSupport

/// A folder with images and small configurations, and the command run in it.
struct TrainFixture {
    let folder: TemporaryFolder

    static let tiny = """
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
            try configure(name, schedule: schedule)
        }
    }

    func arguments(_ name: String, _ more: [String] = []) -> [String] {
        // One worker: several would wait for each other on a machine that runs other tests at the same time.
        [
            "train", "--data", "data", "--config", "\(name).yaml", "-o", "\(name)/m.safetensors",
            "--workers", "1",
        ] + more
    }

    func train(_ name: String, _ more: [String] = []) throws -> Program.Ending {
        try Program.run(arguments(name, more), in: folder)
    }

    func contents(_ name: String) throws -> [String: Data] {
        let names = ["m.safetensors", "m.loss.csv", "m.loss.png", "m.md"]
        return try names.reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: folder.url.appendingPathComponent("\(name)/\($1)"))
        }
    }

    func files(_ name: String) -> [String] {
        folder.files().filter { $0.hasPrefix(name + "/") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// Adds a configuration with this schedule.
    func configure(_ name: String, schedule: String) throws {
        _ = try folder.file("\(name).yaml", Array("\(Self.tiny)\nschedule: \(schedule)\n".utf8))
    }

    /// Starts the training, waits until it is at work, and sends a signal.
    func interrupt(
        _ name: String, after seconds: Double = 0.25, with signal: Int32 = SIGTERM
    ) throws -> (status: Int32, errors: String) {
        let (process, _, errors) = try Program.start(arguments(name), in: folder)
        while process.isRunning, !files(name).contains(".m.lock") { usleep(1_000) }
        usleep(UInt32(seconds * 1e6))
        kill(process.processIdentifier, signal)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Whether a command of the shell succeeds.
    static func succeeds(_ command: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
