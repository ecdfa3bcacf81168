public import Outliers

extension MahalanobisDistance {
    /// As a model file holds it: `gaussian.mean` [d] and `gaussian.whitening` [d, d], lower triangular.
    public var tensors: NamedTensors {
        [
            "gaussian.mean": Tensor(shape: [dimension], values: mean),
            "gaussian.whitening": Tensor(shape: [dimension, dimension], values: whitening),
        ]
    }

    static let tensorNames: Set<String> = ["gaussian.mean", "gaussian.whitening"]

    /// - Parameter tensor: the tensor of this name and shape.
    init(
        dimension: Int, tensor: (String, [Int]) throws(ModelFileError) -> [Float]
    ) throws(ModelFileError) {
        let mean = try tensor("gaussian.mean", [dimension])
        let whitening = try tensor("gaussian.whitening", [dimension, dimension])
        guard (mean + whitening).allSatisfy(\.isFinite) else {
            throw .contradiction("the Gaussian has values that are not finite")
        }
        self.init(mean: mean, whitening: whitening)
    }
}

extension IsolationForest {
    /// As a model file holds it: `forest.nodes` [n, 4] (column or -1, threshold, left child, path length), `forest.roots`
    /// [trees] and `forest.samples` [1]. Whole numbers are exact in 32-bit floats up to 2^24.
    public var tensors: NamedTensors {
        let values = nodes.flatMap {
            [Float($0.column), $0.threshold, Float($0.left), $0.pathLength]
        }
        return [
            "forest.nodes": Tensor(shape: [nodes.count, 4], values: values),
            "forest.roots": Tensor(shape: [roots.count], values: roots.map { Float($0) }),
            "forest.samples": Tensor(shape: [1], values: [Float(samplesPerTree)]),
        ]
    }

    static let tensorNames: Set<String> = ["forest.nodes", "forest.roots", "forest.samples"]

    /// Forests of more nodes are not accepted: indices would not be exact.
    static let nodeLimit = 1 << 24

    /// Checks that every path from a root ends: children lie behind their parents.
    ///
    /// - Parameters:
    ///   - count: of the values of a tensor, 0 if it is missing.
    ///   - tensor: the tensor of this name and shape.
    init(
        columns: Int, count: (String) -> Int, tensor: (String, [Int]) throws(ModelFileError) -> [Float]
    ) throws(ModelFileError) {
        let (nodeCount, rootCount) = (count("forest.nodes") / 4, count("forest.roots"))
        guard (1...Self.nodeLimit).contains(nodeCount), rootCount > 0 else {
            throw .contradiction("a forest of \(nodeCount) nodes and \(rootCount) trees")
        }
        let values = try tensor("forest.nodes", [nodeCount, 4])
        var nodes: [Node] = []
        for index in 0..<nodeCount {
            let row = values[(4 * index)..<(4 * index + 4)].map { $0 }
            guard let column = Int32(exactly: row[0]), (-1..<columns).contains(Int(column)),
                row[1].isFinite, let left = Int32(exactly: row[2]), row[3].isFinite,
                column < 0 || (Int(left) > index && Int(left) + 1 < nodeCount)
            else { throw .contradiction("node \(index) of the forest is impossible") }
            nodes.append(Node(column: column, threshold: row[1], left: left, pathLength: row[3]))
        }
        var roots: [Int] = []
        for value in try tensor("forest.roots", [rootCount]) {
            guard let root = Int(exactly: value), nodes.indices.contains(root) else {
                throw .contradiction("a tree of the forest has no root")
            }
            roots.append(root)
        }
        guard let samples = Int(exactly: try tensor("forest.samples", [1])[0]), samples > 0 else {
            throw .contradiction("the forest was grown from no samples")
        }
        self.init(nodes: nodes, roots: roots, columns: columns, samplesPerTree: samples)
    }
}
