import Kernels
import TestSupport
import Testing

func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) }
}

@Suite struct `Matrix products` {
    @Test(arguments: [[1, 1, 1], [5, 7, 3], [64, 36, 16], [130, 300, 70]])
    func `a product agrees with the definition, transposed or not`(size: [Int]) throws {
        let (rows, inner, columns) = (size[0], size[1], size[2])
        let (a, b) = (randomFloats(rows * inner, seed: 31), randomFloats(inner * columns, seed: 32))
        let expected = (0..<(rows * columns)).map { index in
            Float(
                (0..<inner).reduce(0.0) {
                    $0 + Double(a[index / columns * inner + $1]) * Double(b[$1 * columns + index % columns])
                })
        }
        for (isLeft, isRight) in [(false, false), (true, false), (false, true), (true, true)] {
            var result = [Float](repeating: .nan, count: rows * columns)
            multiplyMatrices(
                isLeft ? transposed(a, rows, inner) : a, isRight ? transposed(b, inner, columns) : b,
                into: &result, rows: rows, inner: inner, columns: columns, transposingLeft: isLeft,
                transposingRight: isRight)
            #expect(try #require(maximumRelativeDifference(result, expected)) < 2e-6)
        }
    }

    private func transposed(_ matrix: [Float], _ rows: Int, _ columns: Int) -> [Float] {
        matrix.indices.map { matrix[$0 % rows * columns + $0 / rows] }
    }
}
