import Flow
import Kernels

/// Values that never change, such as the weights of a frozen network; shared by all programs and threads.
///
/// Convolutions want weights in layouts of their own. They are packed on first use and kept here, so that ten
/// programs with the same frozen network hold its weights once.
///
/// Unchecked: the memory is written in `init` alone, and the packings are guarded by a lock.
public final class FrozenTensor: @unchecked Sendable {
    public let shape: TensorShape
    private let storage: FloatStorage
    private let packings = LockedValue<[String: PackedWeights]>([:])

    public init(_ values: [Float], _ shape: TensorShape) {
        precondition(values.count == shape.count, "\(values.count) values for the shape \(shape)")
        self.shape = shape
        storage = FloatStorage(count: values.count)
        for (index, value) in values.enumerated() { storage.pointer[index] = value }
    }

    var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }

    /// The values in the layout of `packing`, made on the first request.
    func packed(_ packing: WeightPacking) -> PackedWeights {
        packings.withLock { known in
            if let found = known[packing.layout] { return found }
            let made = PackedWeights(pointer, packing)
            known[packing.layout] = made
            return made
        }
    }
}

/// Weights in the layout of one kernel.
///
/// Unchecked: the memory is written in `init` alone and read-only afterwards.
final class PackedWeights: @unchecked Sendable {
    private let storage: FloatStorage

    init(_ weights: UnsafePointer<Float>, _ packing: WeightPacking) {
        storage = FloatStorage(count: packing.count)
        packing.pack(weights, storage.pointer)
    }

    var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }
}
