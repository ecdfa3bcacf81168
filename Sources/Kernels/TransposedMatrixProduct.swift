import COpenBLAS

/// result = left · right, `rows` x `inner` times `inner` x `columns`, where a transposed operand is stored as
/// `inner` x `rows`, or `columns` x `inner`. Row-major, dense.
public func multiplyMatrices(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
    rows: Int, inner: Int, columns: Int, transposingLeft: Bool, transposingRight: Bool
) {
    precondition(isOpenBLASConfigured, "OpenBLAS refused to work with one thread")
    cblas_sgemm(
        CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans,
        transposingRight ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), Int32(inner),
        1, left, Int32(transposingLeft ? rows : inner), right, Int32(transposingRight ? inner : columns),
        0, result, Int32(columns))
}
