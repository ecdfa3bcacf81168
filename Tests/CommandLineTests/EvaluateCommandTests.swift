import Foundation
import ImageFiles
import Kernels
import Pixels
import TestSupport
import Testing

/// `wsi-screen evaluate` as users run it, with a model of smooth patterns.
@Suite(.timeLimit(.minutes(5))) struct `The evaluate command` {
    private let folder: TemporaryFolder

    private static let configuration = """
        seed: 5
        input: {color: rgb, tile: 20, crop: 16, size: 16}
        augmentation: {crop: random, flips: both}
        network: {widths: 4, latent_channels: 4, latent_resolution: 4}
        extractor: {weights: built-in, taps: [r12], calibration_images: 20}
        optimizer: {learning_rate: 0.01, batch: 4}
        schedule: {iterations: 120}
        hold_out: 0.2
        """

    /// Three rows of each kind for tests, fewer for other parts; `light` is a copy of normal test images, lighter.
    private static let manifest = """
        file,label,split,patient
        n0.png,normal,test,p0
        n1.png,normal,test,p1
        n2.png,normal,test,p2
        x0.png,tumor,test,q0
        x1.png,tumor,test,q1
        x2.png,tumor,test,q2
        n3.png,normal,val,p3
        n4.png,normal,val,p4
        c3.png,tumor,val,
        c4.png,tumor,val,
        n5.png,normal,train,p5
        x3.png,tumor,train,q5

        """

    init() throws {
        folder = try TemporaryFolder()
        for number in 0..<12 as Range<UInt64> {
            let smooth = Self.waves(seed: number)
            _ = try folder.file("n\(number).png", PNGFile.encode(smooth))
            _ = try folder.file("c\(number).png", PNGFile.encode(smooth))
            _ = try folder.file("x\(number).png", PNGFile.encode(Self.noise(seed: number)))
        }
        _ = try folder.file("tiny.yaml", Array(Self.configuration.utf8))
        _ = try folder.file("normals.csv", Array(("file\n" + (0..<12).map { "n\($0).png\n" }.joined()).utf8))
        _ = try folder.file("m.csv", Array(Self.manifest.utf8))
        let training = try Program.run(
            [
                "train", "--data", "normals.csv", "--config", "tiny.yaml", "-o", "m.safetensors", "--workers",
                "1", "--quiet",
            ], in: folder)
        try #require(training.status == 0, "\(training.errors)")
    }

    private static func waves(seed: UInt64) -> RGBImage {
        var random = SeededGenerator(seed: seed)
        let (x, y) = (0.1 + 0.3 * random.nextUnit(), 0.1 + 0.3 * random.nextUnit())
        return image { column, row, _ in 120 + 40 * sin(x * Double(column)) * sin(y * Double(row)) }
    }

    /// What no smooth pattern is like, and lighter.
    private static func noise(seed: UInt64) -> RGBImage {
        var random = SeededGenerator(seed: 100 + seed)
        return image { _, _, _ in 160 + 90 * random.nextUnit() }
    }

    private static func image(_ value: (Int, Int, Int) -> Double) -> RGBImage {
        var pixels: [UInt8] = []
        for index in 0..<(24 * 24) {
            for channel in 0..<3 { pixels.append(UInt8(value(index % 24, index / 24, channel))) }
        }
        return RGBImage(width: 24, height: 24, pixels: pixels)
    }

    private func evaluate(_ more: [String] = []) throws -> Program.Ending {
        try Program.run(
            ["evaluate", "--model", "m.safetensors", "--data", "m.csv", "--workers", "1"] + more, in: folder)
    }

    private func summary(_ ending: Program.Ending) throws -> [String: Double] {
        #expect(ending.status == 0, "\(ending.errors)")
        return try JSONDecoder().decode([String: Double].self, from: Data(ending.output.utf8))
    }

    @Test func `each part has its own images and its own area`() throws {
        // Noise is unlike anything learned.
        let test = try summary(evaluate(["--json"]))
        #expect(test["normal"] == 3 && test["abnormal"] == 3 && test["bad"] == 0 && test["auc"] == 1)
        // The abnormal ones are copies of the normal ones: whatever the model learned, it cannot tell them apart.
        let validation = try summary(evaluate(["--json", "--split", "validation"]))
        #expect(validation["normal"] == 2 && validation["abnormal"] == 2 && validation["auc"] == 0.5)
        #expect(validation["separation_mean_red"] == 0.5)
        let training = try summary(evaluate(["--json", "--split", "train"]))
        #expect(training["normal"] == 1 && training["abnormal"] == 1 && training["auc"] == 1)
        let all = try summary(evaluate(["--json", "--split", "all"]))
        #expect(all["normal"] == 6 && all["abnormal"] == 6)
    }

    @Test func `without rows for tests nothing else is scored instead`() throws {
        let rows = Self.manifest.split(separator: "\n").filter { !$0.contains(",test,") }
        _ = try folder.file("m.csv", Array((rows.joined(separator: "\n") + "\n").utf8))
        let ending = try evaluate()
        #expect(ending.status == 65 && ending.output.isEmpty)
        #expect(ending.errors.contains("no rows of part test; the parts are train, validation"))
        _ = try folder.file("m.csv", Array("file,label\nn0.png,normal\nx0.png,tumor\n".utf8))
        #expect(try summary(evaluate(["--json"]))["auc"] == 1)
        let validation = try evaluate(["--split", "validation"])
        #expect(validation.status == 65 && validation.errors.contains("no rows of part validation"))
    }

    @Test func `the text names the direction of each trivial quantity and the number of pairs`() throws {
        let ending = try evaluate()
        #expect(ending.status == 0)
        // Here what is abnormal is the lighter.
        for line in [
            "3 normal and 3 abnormal images, 0 left out", "trivial: high mean red",
            "trivial: low mean optical density",
            "trivial: high mean intensity", "(0 pairs within 0.02 of optical density)",
        ] {
            #expect(ending.output.contains(line), "\(line) in: \(ending.output)")
        }
        let numbers = try summary(evaluate(["--json"]))
        #expect(numbers["auc_low_mean_red"] == 0 && numbers["separation_mean_red"] == 1)
        #expect(numbers["auc_mean_optical_density"] == 0 && numbers["separation_mean_optical_density"] == 1)
        #expect(numbers["auc_low_mean_intensity"] == 0 && numbers["separation_mean_intensity"] == 1)
        #expect(numbers["matched_pairs"] == 0 && numbers["matched_auc"] == nil)
    }

    @Test
    func `a report has numbers, pictures and tables, the same every time, and from its own table again`()
        throws
    {
        let first = try evaluate(["-o", "report", "--replicates", "200", "--seed", "3"])
        #expect(first.status == 0 && first.output.contains("95 % interval"), "\(first.errors)")
        let names = [
            "report.md", "report.json", "roc.csv", "roc.svg", "roc.png", "scores.svg", "scores.png",
            "groups.csv",
            "classes.csv", "images.csv",
        ]
        let written = folder.files().filter { $0.hasPrefix("report/") && !$0.hasSuffix("settings.json") }
        #expect(written == names.map { "report/" + $0 }.sorted())
        _ = try evaluate(["-o", "again", "--replicates", "200", "--seed", "3", "--workers", "1"])
        for name in names {
            let bytes = try Data(contentsOf: folder.url.appendingPathComponent("report/" + name))
            #expect(
                try bytes == Data(contentsOf: folder.url.appendingPathComponent("again/" + name)), "\(name)")
        }
        let table = try Program.run(
            [
                "evaluate", "--table", "report/images.csv", "-o", "table", "--replicates", "200", "--seed",
                "3",
            ], in: folder)
        #expect(table.status == 0 && table.output.hasPrefix("# images.csv"))
        func numbers(_ path: String) throws -> [String: Any] {
            let data = try Data(contentsOf: folder.url.appendingPathComponent(path))
            var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            fields["title"] = nil
            return fields
        }
        let (ours, theirs) = (try numbers("report/report.json"), try numbers("table/report.json"))
        #expect(NSDictionary(dictionary: ours).isEqual(to: theirs))
    }

    @Test func `a report replaces its own kind and nothing else`() throws {
        _ = try folder.file("t.csv", Array("score,label\n1,normal\n2,tumor\n".utf8))
        try FileManager.default.createDirectory(
            atPath: folder.path + "/mine", withIntermediateDirectories: true)
        _ = try folder.file("mine/report.md", [1])
        let foreign = try Program.run(["evaluate", "--table", "t.csv", "-o", "mine"], in: folder)
        #expect(foreign.status == 73 && foreign.errors.contains("report.md"), "\(foreign.errors)")
        for _ in 0..<2 {
            #expect(try Program.run(["evaluate", "--table", "t.csv", "-o", "own"], in: folder).status == 0)
        }
    }

    @Test(arguments: [
        (["--table", "t.csv", "--model", "m.safetensors"], 64, "--model"), ([], 64, "--table"),
        (["--table", "t.csv"], 65, "label"), (["--table", "u.csv"], 65, "line 2"),
        (["--table", "n.csv"], 64, "nothing to separate"), (["--table", "absent.csv"], 65, "absent.csv"),
    ])
    func `tables that cannot be judged say why`(options: [String], status: Int, word: String) throws {
        _ = try folder.file("t.csv", Array("score,kind\n1,normal\n".utf8))
        _ = try folder.file("u.csv", Array("score,label\nhigh,normal\n".utf8))
        _ = try folder.file("n.csv", Array("score,label\n1,normal\n2,normal\n".utf8))
        let ending = try Program.run(["evaluate"] + options, in: folder)
        #expect(Int(ending.status) == status && ending.errors.contains(word), "\(ending.errors)")
        #expect(ending.output.isEmpty)
    }

    @Test func `images that cannot be used are named, with group and reason`() throws {
        _ = try folder.file("x1.png", [1, 2, 3])
        let refused = try evaluate()
        #expect(refused.status == 65 && refused.errors.contains("x1.png"))
        for allowed in ["1", "0.2"] {
            let ending = try evaluate(["--json", "--max-bad", allowed, "--scores", "scores.csv"])
            let numbers = try summary(ending)
            #expect(numbers["abnormal"] == 2 && numbers["bad"] == 1)
            #expect(ending.errors.contains("x1.png: left out") && ending.errors.contains("scores.csv"))
        }
        let table = try String(contentsOfFile: folder.path + "/scores.csv", encoding: .utf8)
        let lines = table.split(separator: "\n")
        #expect(
            lines.first
                == "file,label,group,findings,score,mean_red,mean_optical_density,mean_intensity,reason")
        #expect(lines.count == 7 && lines.last == "x1.png,abnormal,q1,,,,,,corrupt")
        #expect(lines.contains { $0.hasPrefix("n2.png,normal,p2,,0.") && $0.hasSuffix(",") })
    }

    @Test func `the scores depend neither on workers nor on repeated rows`() throws {
        #expect(try evaluate(["--scores", "one.csv", "--quiet"]).errors.isEmpty)
        _ = try folder.file("m.csv", Array((Self.manifest + "x0.png,cancer,test,q0\n").utf8))
        let repeated = try evaluate(["--scores", "two.csv", "--workers", "2", "--json"])
        #expect(
            try summary(repeated)["abnormal"] == 3
                && repeated.errors.contains("1 rows of the manifest repeat"))
        let isSame =
            try Data(contentsOf: folder.url.appendingPathComponent("one.csv"))
            == Data(contentsOf: folder.url.appendingPathComponent("two.csv"))
        #expect(isSame)
        _ = try folder.file("m.csv", Array((Self.manifest + "x0.png,normal,test,q0\n").utf8))
        let conflict = try evaluate()
        #expect(conflict.status == 65 && conflict.errors.contains("lines 5 and 14 contradict each other"))
    }

    @Test func `mistakes end with the status that says whose they are`() throws {
        let cases: [([String], Int32, String)] = [
            (["--workers", "0"], 64, "--workers"), (["--workers", "513"], 64, "--workers"),
            (["--max-bad", "-1"], 64, "--max-bad"), (["--split", "some"], 64, "split"),
            (["--data", "absent.csv"], 65, "absent.csv"), (["--model", "absent"], 65, "absent"),
            (["--model", "m.csv"], 65, "m.csv"), (["--label-column", "verdict"], 65, "verdict"),
            (["--scores", "m.csv/s.csv"], 73, "s.csv"),
        ]
        for (more, status, word) in cases {
            let ending = try evaluate(more)
            #expect(ending.status == status, "\(more): \(ending.errors)")
            #expect(ending.output.isEmpty && ending.errors.contains(word), "\(more): \(ending.errors)")
        }
    }
}

/// `wsi-screen model distill` as users run it; what it computes is tested with its module.
@Suite struct `The distill command` {
    @Test func `mistakes end with the status that says whose they are`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("a.png", [1])
        let good = ["model", "distill", "--teacher", "absent.safetensors", "-o", "s"]
        let cases: [([String], Int32, String)] = [
            (["--data", ".", "--workers", "0"], 64, "--workers"),
            (["--data", ".", "--updates", "0"], 64, "--updates"), ([], 64, "--data"),
            (["--data", "absent"], 65, "absent"), (["--data", "."], 65, "image"),
            (["--data", ".", "--stain-target", "a.png"], 65, "a.png"),
        ]
        for (more, status, word) in cases {
            let ending = try Program.run(good + more, in: folder)
            #expect(ending.status == status, "\(more): \(ending.errors)")
            #expect(ending.output.isEmpty && ending.errors.contains(word), "\(more): \(ending.errors)")
        }
        #expect(folder.files() == ["a.png"])
    }
}
