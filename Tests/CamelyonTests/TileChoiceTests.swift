import Camelyon
import Testing

@Suite struct `Choosing tiles of a slide` {
    private static let cells = (0..<20).flatMap { row in (0..<15).map { GridCell(column: $0, row: row) } }

    private func choose(
        _ cells: [GridCell] = cells, slide: String = "normal_001", seed: UInt64 = 7, limit: Int = 50
    ) throws -> [GridCell] {
        try TileChoice(limit: limit, seed: seed).cells(of: name(slide), from: cells)
    }

    @Test func `fifty different candidates in row order`() throws {
        let chosen = try choose()
        #expect(chosen.count == 50)
        #expect(Set(chosen).count == 50)
        #expect(Set(chosen).isSubset(of: Self.cells))
        for (one, next) in zip(chosen, chosen.dropFirst()) {
            #expect((one.row, one.column) < (next.row, next.column))
        }
    }

    @Test func `order and repetition of candidates do not matter`() throws {
        #expect(try choose(Self.cells.reversed() + Self.cells.prefix(40)) == choose())
    }

    @Test func `seed and slide matter`() throws {
        let chosen = try choose()
        #expect(try choose(seed: 8) != chosen)
        #expect(try choose(slide: "normal_002") != chosen)
        #expect(try choose(slide: "tumor_001") != chosen)
        #expect(try choose(slide: "test_001") != chosen)
    }

    @Test func `few candidates are all taken`() throws {
        #expect(try choose(Array(Self.cells.prefix(50).reversed())) == Array(Self.cells.prefix(50)))
        #expect(try choose([]).isEmpty)
        #expect(try choose(limit: 0).isEmpty)
    }

    @Test func `a candidate less changes at most one other`() throws {
        let chosen = Set(try choose())
        for cell in Self.cells.prefix(60) {
            let without = Set(try choose(Self.cells.filter { $0 != cell }))
            #expect(without.subtracting(chosen).count == (chosen.contains(cell) ? 1 : 0))
        }
    }

    @Test func `every candidate has the same chance`() throws {
        var count: [GridCell: Int] = [:]
        let cells = Array(Self.cells.prefix(30))
        for seed in 0..<600 {
            for cell in try choose(cells, seed: UInt64(seed), limit: 10) { count[cell, default: 0] += 1 }
        }
        // 200 expected each with a standard deviation of 11.5.
        for cell in cells { #expect((140...260).contains(count[cell, default: 0])) }
    }
}
