import Kernels

/// left · right for matrices, either of them transposed on request: [m, k] · [k, n] -> [m, n].
public func matrixProduct(
    _ left: Value, _ right: Value, transposingLeft: Bool = false, transposingRight: Bool = false
) -> Value {
    left.graph.apply(
        MatrixMultiply(transposes: (transposingLeft, transposingRight)), to: [left, right])
}

private struct MatrixMultiply: Operation {
    let transposes: (left: Bool, right: Bool)

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        let (left, right) = (inputs[0], inputs[1])
        precondition(left.rank == 2 && right.rank == 2, "the matrix product of \(left) and \(right)")
        let inner = (left[transposes.left ? 0 : 1], right[transposes.right ? 1 : 0])
        precondition(inner.0 == inner.1, "the matrix product of \(left) and \(right)")
        return [left[transposes.left ? 1 : 0], right[transposes.right ? 0 : 1]]
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        MatrixKernel(
            rows: result[0], inner: inputs[0][transposes.left ? 0 : 1], columns: result[1],
            transposes: transposes)
    }

    /// For C = A · B: dA = dC · Bᵀ, dB = Aᵀ · dC; for a transposed operand, the transposed of that.
    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let (left, right) = (inputs[0], inputs[1])
        let leftCotangent =
            transposes.left
            ? matrixProduct(right, cotangent, transposingLeft: transposes.right, transposingRight: true)
            : matrixProduct(cotangent, right, transposingRight: !transposes.right)
        let rightCotangent =
            transposes.right
            ? matrixProduct(cotangent, left, transposingLeft: true, transposingRight: transposes.left)
            : matrixProduct(left, cotangent, transposingLeft: !transposes.left)
        return [leftCotangent, rightCotangent]
    }
}

private struct MatrixKernel: TensorKernel {
    let rows: Int
    let inner: Int
    let columns: Int
    let transposes: (left: Bool, right: Bool)

    /// The matrices of these networks are small: one product.
    var blockCount: Int { 1 }

    func run(block: Int, _ operands: Operands) {
        multiplyMatrices(
            operands[0], operands[1], into: operands.result, rows: rows, inner: inner, columns: columns,
            transposingLeft: transposes.left, transposingRight: transposes.right)
    }
}
