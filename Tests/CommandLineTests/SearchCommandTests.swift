import Foundation
import ImageFiles
import Kernels
import Pixels
import TestSupport
import Testing

/// `search` and the comparison of `evaluate`, from the shell.
@Suite(.timeLimit(.minutes(5))) struct `The command search` {
    private let folder: TemporaryFolder

    private static let grid = """
        base:
          detector: gaussian
          name: small
          input: {tile: 16, crop: 16, size: 16}
          extractor: {weights: built-in, taps: [r12]}
        grid: {extractor.taps: [[r12], [r22]]}
        """

    init() throws {
        folder = try TemporaryFolder()
        var text = "file,label,split,group\n"
        for number in 0..<12 { text += try row(number, "normal", "train", group: number / 2) }
        for number in 20..<24 { text += try row(number, "abnormal", "validation", group: number) }
        for number in 30..<34 { text += try row(number, "normal", "test", group: number) }
        for number in 40..<44 { text += try row(number, "abnormal", "test", group: number) }
        try write(text, to: "manifest.csv")
        try write(Self.grid, to: "grid.yaml")
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
    }

    private func row(_ number: Int, _ label: String, _ split: String, group: Int) throws -> String {
        var generator = SeededGenerator(seed: UInt64(number))
        let pixels = (0..<(16 * 16 * 3)).map { index in
            UInt8(120 + generator.next(in: 0..<20) + (label == "abnormal" && index % 12 == 0 ? 90 : 0))
        }
        let image = RGBImage(width: 16, height: 16, pixels: pixels)
        try Data(PNGFile.encode(image)).write(to: folder.url.appendingPathComponent("\(number).png"))
        return "\(number).png,\(label),\(split),g\(group)\n"
    }

    private func search(_ more: [String] = [], manifest: String = "manifest.csv") throws -> Program.Ending {
        try Program.run(
            ["search", "--config", "grid.yaml", "--data", manifest, "-o", "out", "-q"] + more, in: folder)
    }

    @Test func `a search ends with a report, a model that evaluates, and a choice that can be repeated`()
        throws
    {
        let ending = try search(["--json"])
        #expect(ending.status == 0, "\(ending.errors)")
        let document = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
        #expect(document?["winner"] != nil && document?["test"] != nil)
        for name in ["report.md", "trials.csv", "search.png", "winner.yaml", "test/report.md"] {
            #expect(folder.files().contains("out/\(name)"), "\(name)")
        }
        let again = try Program.run(
            [
                "train", "--config", "out/winner.yaml", "--data", "manifest.csv", "-o", "again.safetensors",
                "-q",
            ],
            in: folder)
        #expect(again.status == 0, "\(again.errors)")
        let same = try Data(contentsOf: folder.url.appendingPathComponent("again.safetensors"))
        let winner = try Data(contentsOf: folder.url.appendingPathComponent("out/winner.safetensors"))
        #expect(same == winner)
        let repeated = try search(["--anomalies", "1,2", "--repeats", "3", "--json"])
        #expect(repeated.status == 0 && repeated.output.contains("\"best\""), "\(repeated.errors)")
        let comparison = try Program.run(
            [
                "evaluate", "--model", "out/winner.safetensors", "--model", "again.safetensors", "--data",
                "manifest.csv", "-q", "-o", "comparison",
            ], in: folder)
        #expect(comparison.status == 0 && comparison.output.contains("rank average"), "\(comparison.errors)")
        #expect(folder.files().contains("comparison/comparison.csv"))
    }

    @Test func `a leaking manifest ends with 65 and the reason`() throws {
        let text = try String(contentsOf: folder.url.appendingPathComponent("manifest.csv"), encoding: .utf8)
        try write(text.replacing("30.png,normal,test,g30", with: "30.png,normal,test,g0"), to: "leak.csv")
        let ending = try search(manifest: "leak.csv")
        #expect(ending.status == 65 && ending.errors.contains("'g0'") && ending.output.isEmpty)
    }

    @Test(arguments: [
        ["--kinds", "2"], ["--anomalies", "0"], ["--anomalies", "a"], ["--memory", "0"],
        ["--criterion", "accuracy"],
    ])
    func `mistakes end with 64`(options: [String]) throws {
        #expect(try search(options).status == 64)
        try write("grid: {input.sise: [64]}", to: "grid.yaml")
        let ending = try search()
        #expect(ending.status == 64 && ending.errors.contains("did you mean"), "\(ending.errors)")
    }

    @Test func `an experiment without a search says what to do`() throws {
        let ending = try search(["--anomalies", "1"])
        #expect(ending.status == 65 && ending.errors.contains("without --anomalies first"))
    }
}
