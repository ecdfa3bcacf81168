import Foundation
import ImageFiles
import Kernels
import Pixels
import Search
import Synchronization
import TestSupport
import Training

/// A manifest of small pictures: normal ones are smooth, abnormal ones have stripes or dots.
struct SearchFixture {
    struct Row {
        var file: String
        var label: String
        var split: String
        var group: String
        var finding = ""
    }

    let folder: TemporaryFolder
    var rows: [Row] = []

    static let side = 16

    init() throws { folder = try TemporaryFolder() }

    var manifest: String { folder.path + "/manifest.csv" }
    var output: String { folder.path + "/out" }

    /// Six slides of normal images, two kinds of anomalies, and both among the test rows.
    static func usual() throws -> SearchFixture {
        var fixture = try SearchFixture()
        for slide in 0..<6 {
            for number in 0..<4 {
                try fixture.add("n\(slide)-\(number)", "normal", "train", group: "s\(slide)")
            }
        }
        for number in 0..<6 {
            try fixture.add(
                "a\(number)", "abnormal", "validation", group: "t\(number / 2)", finding: "stripes")
            try fixture.add("b\(number)", "abnormal", "validation", group: "u\(number / 2)", finding: "dots")
        }
        for number in 0..<6 {
            try fixture.add("x\(number)", "normal", "test", group: "v\(number)")
            try fixture.add("y\(number)", "abnormal", "test", group: "w\(number)", finding: "stripes")
        }
        try fixture.writeManifest()
        return fixture
    }

    /// Draws a picture and notes its row.
    mutating func add(
        _ name: String, _ label: String, _ split: String, group: String, finding: String = ""
    ) throws {
        let seed = name.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
        let picture = Self.picture(seed: seed, finding: label == "normal" ? "" : finding)
        try Data(PNGFile.encode(picture)).write(to: folder.url.appendingPathComponent("\(name).png"))
        rows.append(
            Row(file: "\(name).png", label: label, split: split, group: group, finding: finding))
    }

    func writeManifest() throws {
        var text = "file,label,split,group,findings\n"
        for row in rows {
            text += "\(row.file),\(row.label),\(row.split),\(row.group),\(row.finding)\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: manifest))
    }

    static func picture(seed: UInt64, finding: String) -> RGBImage {
        var generator = SeededGenerator(seed: seed)
        let (level, slope) = (100 + 60 * generator.nextUnit(), 4 * generator.nextUnit())
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                let isMarked =
                    finding == "stripes" ? x % 4 == 0 : finding == "dots" && x % 5 == 0 && y % 5 == 0
                let noise = 12 * generator.nextUnit()
                for channel in 0..<3 {
                    let value = level + slope * Double(x) + noise + Double(8 * channel) - (isMarked ? 60 : 0)
                    pixels.append(UInt8(min(255, max(0, value))))
                }
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    /// Two stains in changing amounts, by the law of Beer and Lambert.
    static func tissue(seed: UInt64) -> RGBImage {
        var generator = SeededGenerator(seed: seed)
        let stains = [[0.65, 0.70, 0.29], [0.07, 0.99, 0.11]].map { stain in
            stain.map { $0 * (0.9 + 0.2 * generator.nextUnit()) }
        }
        var pixels: [UInt8] = []
        for _ in 0..<(64 * 64) {
            let isNucleus = generator.nextUnit() < 0.3
            let amounts = [isNucleus ? 1.2 : 0.05, isNucleus ? 0.1 : 0.6].map {
                $0 * (0.5 + generator.nextUnit())
            }
            for channel in 0..<3 {
                let density = amounts[0] * stains[0][channel] + amounts[1] * stains[1][channel]
                pixels.append(UInt8(255 * exp(-density)))
            }
        }
        return RGBImage(width: 64, height: 64, pixels: pixels)
    }

    static let grid = """
        base:
          detector: gaussian
          input: {color: rgb, tile: 16, crop: 16, size: 16}
          extractor: {weights: built-in, taps: [r12]}
        grid:
          detector: [gaussian, deep-if]
          extractor.taps: [[r12], [r22]]
        """

    func job(_ yaml: String = grid, workers: Int = 2) throws -> SearchJob {
        var job = SearchJob(
            configuration: try SearchConfiguration(yaml: yaml, folder: folder.url), manifest: manifest,
            output: output, codeVersion: "test")
        job.workers = workers
        return job
    }

    func run(_ job: SearchJob) async throws -> (results: SearchResults, events: [SearchJob.Event]) {
        let events = Mutex<[SearchJob.Event]>([])
        let results = try await job.run { event in events.withLock { $0.append(event) } }
        return (results, events.withLock { $0 })
    }

    func data(folds: Int = 3, seed: UInt64 = 1) async throws -> SearchData {
        try await SearchData(manifest: manifest, folds: folds, seed: seed)
    }
}

/// Number of folds that a run trained.
func trainedFolds(_ events: [SearchJob.Event]) -> Int {
    events.count { if case .fold = $0 { true } else { false } }
}
