import COpenBLAS

/// The one place that configures OpenBLAS, done once before the first product.
///
/// One thread a call, since the workers above already fill the cores, and because a product split over
/// threads may add in another order. Kernels by the processor's abilities where the library does not know its
/// model.
let isOpenBLASConfigured: Bool = {
    wsi_blas_choose_kernels()
    openblas_set_num_threads(1)
    return openblas_get_num_threads() == 1
}()

/// Configures the matrix library. Programs call it before they start threads, since it may touch the
/// environment; otherwise the first product does it.
///
/// - Returns: the name of OpenBLAS's kernels, such as `Haswell`: scores are reproducible to the last digit on
///   machines where it is the same.
@discardableResult
public func prepareMatrixProducts() -> String {
    precondition(isOpenBLASConfigured, "OpenBLAS refused to work with one thread")
    return String(cString: openblas_get_corename())
}

/// result = left · right, `rows` x `inner` times `inner` x `columns`, where a transposed operand is stored as
/// `inner` x `rows`, or `columns` x `inner`. Row-major, dense.
///
/// Same operands, same machine: same digits, whoever calls. On another processor OpenBLAS picks another
/// kernel, and the last digits may differ.
public func multiplyMatrices(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
    rows: Int, inner: Int, columns: Int, transposingLeft: Bool = false, transposingRight: Bool = false
) {
    precondition(isOpenBLASConfigured, "OpenBLAS refused to work with one thread")
    cblas_sgemm(
        CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans,
        transposingRight ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), Int32(inner),
        1, left, Int32(transposingLeft ? rows : inner), right, Int32(transposingRight ? inner : columns),
        0, result, Int32(columns))
}
