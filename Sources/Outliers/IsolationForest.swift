internal import Kernels

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// An isolation forest (Liu, Ting and Zhou 2008), with scikit-learn's definition and defaults: 100 trees of 256 samples
/// drawn without replacement, grown to depth 8 by random cuts, and a score of 0 to 1 that is higher for samples that few
/// cuts isolate.
public struct IsolationForest: Sendable, Equatable {
    /// Nodes of all trees, one tree after the other; children behind their parents.
    public struct Node: Sendable, Equatable {
        /// Column that is cut; negative for a leaf.
        public let column: Int32
        /// A sample goes left if its value is not above this.
        public let threshold: Float
        /// Index of the left child; the right one follows it.
        public let left: Int32
        /// Of a leaf: its depth, and what its samples would still have taken.
        public let pathLength: Float

        public init(column: Int32, threshold: Float, left: Int32, pathLength: Float) {
            self.column = column
            self.threshold = threshold
            self.left = left
            self.pathLength = pathLength
        }
    }

    public let nodes: [Node]
    /// Index of each tree's root.
    public let roots: [Int]
    public let columns: Int
    /// Samples in each tree.
    public let samplesPerTree: Int

    public init(nodes: [Node], roots: [Int], columns: Int, samplesPerTree: Int) {
        self.nodes = nodes
        self.roots = roots
        self.columns = columns
        self.samplesPerTree = samplesPerTree
    }

    /// Grows a forest. Each tree has a generator of its own, so that the result depends on the seed alone.
    ///
    /// - Precondition: there are samples, and trees.
    public init(of samples: SampleMatrix, trees: Int = 100, samplesPerTree: Int = 256, seed: UInt64) {
        precondition(samples.rows > 0 && trees > 0 && samplesPerTree > 0, "a forest of nothing")
        let size = min(samplesPerTree, samples.rows)
        var growth = Growth(samples: samples, depthLimit: Self.depthLimit(size))
        var roots: [Int] = []
        for tree in 0..<trees {
            var generator = SeededGenerator(seed: SeededGenerator.hash(seed, tree))
            roots.append(growth.nodes.count)
            growth.grow(Self.draw(size, of: samples.rows, &generator), &generator)
        }
        nodes = growth.nodes
        self.roots = roots
        columns = samples.columns
        self.samplesPerTree = size
    }

    /// 0 to 1; higher is more unusual: 2^(-mean path length / expected path length).
    public func score(_ sample: UnsafeBufferPointer<Float>) -> Float {
        precondition(sample.count == columns, "\(sample.count) values for \(columns) columns")
        var total = 0.0
        for root in roots {
            var node = nodes[root]
            while node.column >= 0 {
                let isLeft = sample[Int(node.column)] <= node.threshold
                node = nodes[Int(node.left) + (isLeft ? 0 : 1)]
            }
            total += Double(node.pathLength)
        }
        let expected = Self.averagePathLength(samplesPerTree)
        guard expected > 0 else { return 0.5 }
        return Float(exp2(-total / Double(roots.count) / expected))
    }

    public func score(_ sample: [Float]) -> Float { sample.withUnsafeBufferPointer { score($0) } }

    /// Mean path length of an unsuccessful search in a binary tree of `count` samples.
    package static func averagePathLength(_ count: Int) -> Double {
        switch count {
        case ...1: return 0
        case 2: return 1
        default:
            let n = Double(count)
            return 2 * (log(n - 1) + 0.577_215_664_901_532_9) - 2 * (n - 1) / n
        }
    }

    package static func depthLimit(_ size: Int) -> Int { Int(log2(Double(max(size, 2))).rounded(.up)) }

    /// `count` different numbers below `limit` (Floyd's way would do; this one keeps the order of drawing simple).
    private static func draw(_ count: Int, of limit: Int, _ generator: inout SeededGenerator) -> [Int] {
        var numbers = Array(0..<limit)
        for index in 0..<count { numbers.swapAt(index, generator.next(in: index..<limit)) }
        return Array(numbers.prefix(count))
    }
}

/// A forest while it grows.
private struct Growth {
    let samples: SampleMatrix
    let depthLimit: Int
    var nodes: [IsolationForest.Node] = []

    /// Grows a tree of these rows at the end of ``nodes``.
    mutating func grow(_ rows: [Int], _ generator: inout SeededGenerator) {
        var waiting = [(node: nodes.count, rows: rows, depth: 0)]
        nodes.append(leaf(rows.count, depth: 0))
        while let (node, rows, depth) = waiting.popLast() {
            guard depth < depthLimit, rows.count > 1, let cut = cut(rows, &generator) else { continue }
            let left = nodes.count
            let split = rows.filter { samples[$0, cut.column] <= cut.threshold }
            let others = rows.filter { samples[$0, cut.column] > cut.threshold }
            nodes[node] = IsolationForest.Node(
                column: Int32(cut.column), threshold: cut.threshold, left: Int32(left), pathLength: 0)
            nodes.append(leaf(split.count, depth: depth + 1))
            nodes.append(leaf(others.count, depth: depth + 1))
            waiting.append((left + 1, others, depth + 1))
            waiting.append((left, split, depth + 1))
        }
    }

    private func leaf(_ count: Int, depth: Int) -> IsolationForest.Node {
        let length = Double(depth) + IsolationForest.averagePathLength(count)
        return IsolationForest.Node(column: -1, threshold: 0, left: 0, pathLength: Float(length))
    }

    /// A random column in which the rows differ, and a random place between the lowest and the highest value; nil if the
    /// rows are equal in all columns.
    private func cut(
        _ rows: [Int], _ generator: inout SeededGenerator
    ) -> (column: Int, threshold: Float)? {
        var columns = Array(0..<samples.columns)
        for tried in columns.indices {
            columns.swapAt(tried, generator.next(in: tried..<columns.count))
            let column = columns[tried]
            var (low, high) = (Float.infinity, -Float.infinity)
            for row in rows {
                low = min(low, samples[row, column])
                high = max(high, samples[row, column])
            }
            // What scikit-learn takes for constant, too.
            guard high > low + 1e-7 else { continue }
            let place = low + Float(generator.nextUnit()) * (high - low)
            // Rounding may reach the upper end, where nothing would go right.
            return (column, place < high ? place : low)
        }
        return nil
    }
}
