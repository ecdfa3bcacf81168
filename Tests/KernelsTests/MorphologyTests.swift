import Kernels
import Pixels
import Testing

private func randomMask(width: Int, height: Int, seed: UInt64, density: Double = 0.4) -> Plane<Bool> {
    var random = SeededGenerator(seed: seed)
    return Plane(
        width: width, height: height, values: (0..<(width * height)).map { _ in random.nextUnit() < density })
}

/// The definition, pixel by pixel; outside is background.
private func naive(_ mask: Plane<Bool>, radius: Int, all: Bool) -> Plane<Bool> {
    var result = mask
    for y in 0..<mask.height {
        for x in 0..<mask.width {
            var seen: [Bool] = []
            for dy in -radius...radius {
                for dx in -radius...radius {
                    let inside = x + dx >= 0 && y + dy >= 0 && x + dx < mask.width && y + dy < mask.height
                    seen.append(inside && mask[x + dx, y + dy])
                }
            }
            result[x, y] = all ? seen.allSatisfy { $0 } : seen.contains(true)
        }
    }
    return result
}

@Suite struct Morphologies {
    @Test(arguments: [0, 1, 2, 5], [UInt64(1), 2, 3])
    func `erosion and dilation follow their definitions`(radius: Int, seed: UInt64) {
        let mask = randomMask(width: 13, height: 9, seed: seed, density: 0.7)
        #expect(Morphology.dilate(mask, radius: radius) == naive(mask, radius: radius, all: false))
        #expect(Morphology.erode(mask, radius: radius) == naive(mask, radius: radius, all: true))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `opening removes and closing adds, and doing it twice changes nothing more`(seed: UInt64) {
        let mask = randomMask(width: 40, height: 30, seed: seed, density: 0.6)
        let opened = Morphology.open(mask, radius: 1)
        let closed = Morphology.close(mask, radius: 1)
        #expect(zip(opened.values, mask.values).allSatisfy { !$0 || $1 })
        #expect(zip(mask.values, closed.values).allSatisfy { !$0 || $1 })
        #expect(Morphology.open(opened, radius: 1) == opened)
        #expect(Morphology.close(closed, radius: 1) == closed)
    }

    @Test func `components are counted once and know whether they touch the border`() {
        var mask = Plane(width: 6, height: 5, filledWith: false)
        mask[0, 0] = true
        mask[2, 2] = true
        mask[3, 3] = true  // joined to (2, 2) by a corner
        let parts = ConnectedComponents(of: mask)
        #expect(parts.areas == [1, 2] && parts.touchesBorder == [true, false])
        #expect(ConnectedComponents(of: mask, diagonal: false).areas == [1, 1, 1])
        #expect(parts.areas.reduce(0, +) == mask.trueCount)
        #expect(mask.withoutSpecks(smallerThan: 2).trueCount == 2)
    }

    @Test func `only enclosed small holes are filled`() {
        var mask = Plane(width: 7, height: 7, filledWith: true)
        mask[3, 3] = false
        mask[0, 5] = false  // open to the border
        let filled = mask.fillingHoles(smallerThan: 2)
        #expect(filled[3, 3] && !filled[0, 5])
        #expect(!mask.fillingHoles(smallerThan: 1)[3, 3])
    }

    @Test(arguments: [UInt64(4), 5, 6])
    func `coverage of a rectangle equals the sum over its pixels`(seed: UInt64) {
        let mask = randomMask(width: 11, height: 8, seed: seed)
        let table = CoverageTable(mask)
        var random = SeededGenerator(seed: seed &+ 100)
        for _ in 0..<50 {
            let left = random.nextUnit() * 14 - 2
            let top = random.nextUnit() * 11 - 2
            let right = left + random.nextUnit() * 6
            let bottom = top + random.nextUnit() * 6
            var expected = 0.0
            var touched = 0
            for y in 0..<mask.height {
                for x in 0..<mask.width where mask[x, y] {
                    let w = max(0, min(right, Double(x + 1)) - max(left, Double(x)))
                    let h = max(0, min(bottom, Double(y + 1)) - max(top, Double(y)))
                    expected += w * h
                    touched += w * h > 0 ? 1 : 0
                }
            }
            #expect(abs(table.area(left: left, top: top, right: right, bottom: bottom) - expected) < 1e-9)
            #expect(table.touchedCount(left: left, top: top, right: right, bottom: bottom) == touched)
        }
    }
}
