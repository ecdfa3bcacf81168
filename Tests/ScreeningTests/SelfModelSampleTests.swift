import Kernels
import Pixels
import Screening
import Testing
import Tissue

@Suite struct `The sample of a slide's own model` {
    private static func grid(_ random: inout SeededGenerator) -> TileGrid {
        let crop = 20 + 200 * random.nextUnit()
        return TileGrid(
            slideWidth: 3_000 + Int(2_000 * random.nextUnit()), slideHeight: 2_500,
            calibration: MicronsPerPixel(x: 0.3 + random.nextUnit(), y: 0.3 + random.nextUnit()),
            tileMicrons: crop * (1 + 3 * random.nextUnit()), cropMicrons: crop, coverage: .dense)
    }

    /// Blocks of 60 px, tissue but for a random part.
    private static func mask(_ grid: TileGrid, _ random: inout SeededGenerator) -> TissueMask {
        let (width, height) = (grid.slideWidth / 60, grid.slideHeight / 60)
        let glass = 0.6 * random.nextUnit()
        var values: [Bool] = []
        for _ in 0..<(width * height) { values.append(random.nextUnit() > glass) }
        return TissueMask(
            plane: Plane(width: width, height: height, values: values), scaleX: 60, scaleY: 60,
            evidence: TissueEvidence(
                method: .otsu, channel: "test", otsuThreshold: nil, appliedThreshold: 0,
                micronsPerMaskPixel: 30, tissueFraction: 1 - glass))
    }

    private static func share(_ one: SlideRect, _ other: SlideRect) -> Bool {
        one.x < other.maxX && other.x < one.maxX && one.y < other.maxY && other.y < one.maxY
    }

    @Test(arguments: 0..<40)
    func `no pixel of a held-out crop is in the field of a training place`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let grid = Self.grid(&random)
        let mask = Self.mask(grid, &random)
        let settings = SelfModelSettings(trainingCells: 400, heldOutCells: 30)
        let sample = SelfModelSample(grid: grid, mask: mask, settings: settings, seed: seed)
        #expect(!sample.heldOut.isEmpty && sample.training.count + sample.heldOut.count <= sample.candidates)
        for cell in sample.heldOut {
            let shared = sample.training.filter { Self.share(cell.crop, $0.tile) }
            #expect(shared.isEmpty, "\(cell.crop) in \(shared.first?.tile as Any)")
        }
    }

    /// Else the test above could pass for want of places.
    @Test func `most samples have places to train on`() {
        let counts = (0..<40).map { seed in
            var random = SeededGenerator(seed: UInt64(seed))
            let grid = Self.grid(&random)
            return SelfModelSample(
                grid: grid, mask: Self.mask(grid, &random),
                settings: SelfModelSettings(trainingCells: 400, heldOutCells: 30), seed: UInt64(seed)
            ).training.count
        }
        #expect(counts.filter { $0 >= 24 }.count >= 30, "\(counts)")
    }

    @Test func `a diverging loss is a bad input, as in training`() {
        #expect(ExitStatus.of(reasons: ["training_failed"]) == ExitStatus.badInput)
    }
}
