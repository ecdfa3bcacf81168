import Foundation
import ImageFiles
import Kernels
import Pixels
import Testing
import Training

@Suite struct `The loss curve` {
    private static let thick = RGBColor(red: 28, green: 90, blue: 168)
    private static let thin = RGBColor(red: 176, green: 198, blue: 226)
    private static let heldOut = RGBColor(red: 200, green: 70, blue: 20)

    private func log(_ stages: [(name: String, steps: Int)], heldOutEvery: Int) -> LossLog {
        var log = LossLog()
        var random = SeededGenerator(seed: 4)
        var step = 0
        for (number, stage) in stages.enumerated() {
            for inner in 1...stage.steps {
                step += 1
                let level = 0.35 + 0.05 * Double(number % 2) + 0.6 * exp(-Double(inner) / 60)
                let loss = level * (1 + 0.12 * (random.nextUnit() - 0.5))
                log.append(
                    .init(
                        step: step, stage: stage.name, loss: Float(loss),
                        heldOutLoss: step % heldOutEvery == 0 ? Float(level + 0.02) : nil))
            }
        }
        return log
    }

    private func columns(of color: RGBColor, in image: RGBImage) -> [Int] {
        (0..<image.width).filter { x in (0..<image.height).contains { image[x, $0] == color } }
    }

    private func rows(of color: RGBColor, in image: RGBImage, x: Int) -> [Int] {
        (0..<image.height).filter { image[x, $0] == color }
    }

    @Test func `the smoothed line runs through the plot and falls with the loss`() throws {
        let image = LossCurve(log([("64", 2_000)], heldOutEvery: 250), title: "tissue").draw()
        let columns = columns(of: Self.thick, in: image).filter { $0 > 300 }
        #expect(columns.count > 400)
        let early = rows(of: Self.thick, in: image, x: 95).max() ?? 999
        let late = rows(of: Self.thick, in: image, x: 800).filter { $0 < 448 }.min() ?? 0
        #expect(late > early + 100)
        #expect(self.columns(of: Self.heldOut, in: image).count >= 8 * 5)
        try keep(image, "single")
    }

    /// Losses that lie either high or low, for 700 updates each.
    private func jumps(_ stages: [String]) -> LossLog {
        var log = LossLog()
        for step in 1...(700 * stages.count) {
            let number = (step - 1) / 700
            let loss = Float(number.isMultiple(of: 2) ? 0.8 : 0.2) + 0.01 * Float(step % 3)
            log.append(.init(step: step, stage: stages[number], loss: loss))
        }
        return log
    }

    /// The most rows of the plot, one after the other, that no curve touches between two that one does.
    private func widestGap(_ image: RGBImage) -> Int {
        let curves = [Self.thin, Self.thick]
        let touched = (64..<448).filter { y in (84..<890).contains { curves.contains(image[$0, y]) } }
        return zip(touched.dropFirst(), touched).map { $0 - $1 }.max() ?? 0
    }

    @Test func `no curve crosses the border of a stage`() throws {
        let apart = LossCurve(jumps(["warmup", "16", "fade 32", "32", "64"]), title: "growing").draw()
        let joined = LossCurve(jumps(Array(repeating: "64", count: 5)), title: "single").draw()
        #expect(widestGap(apart) > 150)
        #expect(widestGap(joined) <= 2)
        try keep(apart, "growing")
    }

    @Test func `odd tables are drawn, too`() {
        var odd = LossLog()
        #expect(LossCurve(odd, title: "empty").draw().width == 920)
        odd.append(.init(step: 1, stage: "64", loss: .nan))
        odd.append(.init(step: 1, stage: "64", loss: nil, heldOutLoss: .infinity))
        odd.append(.init(step: 2, stage: "64", loss: 0.5))
        odd.append(.init(step: 3, stage: "64", loss: 0.5))
        let image = LossCurve(odd, title: "odd").draw()
        #expect(!columns(of: Self.thick, in: image).isEmpty)
    }

    /// For looking at the pictures: set the variable to a folder.
    private func keep(_ image: RGBImage, _ name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["WSI_SCREEN_TEST_PICTURES"] else { return }
        try Data(PNGFile.encode(image)).write(to: URL(fileURLWithPath: "\(folder)/loss-\(name).png"))
    }
}
