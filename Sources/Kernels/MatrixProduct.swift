import COpenBLAS

/// The one place that configures OpenBLAS: one thread a call, since the workers above already fill the cores, and
/// because a product split over threads may add in another order.
private let openBLASUsesOneThread: Bool = {
    openblas_set_num_threads(1)
    return openblas_get_num_threads() == 1
}()

/// result = left · right for dense row-major matrices: `rows` x `inner` times `inner` x `columns`.
///
/// Same operands, same machine: same digits, whoever calls. On another processor OpenBLAS picks another kernel, and
/// the last digits may differ.
public func multiplyMatrices(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
    rows: Int, inner: Int, columns: Int
) {
    precondition(openBLASUsesOneThread, "OpenBLAS refused to work with one thread")
    cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner),
        1, left, Int32(inner), right, Int32(columns), 0, result, Int32(columns))
}
