import Kernels

/// All memory of a program, taken once.
final class ProgramMemory {
    private let arena: FloatStorage
    private let offsets: [Int]
    private let scratch: FloatStorage
    private let scratchStride: Int
    private let leaves: [Int: LeafStorage]
    /// Keeps the constants alive that the addresses point into.
    private let schedule: Schedule
    /// The operands' addresses of all steps, one after another, and where each step's begin.
    private let table: UnsafeMutablePointer<UnsafePointer<Float>>
    private let rows: [Int]
    let arenaCount: Int

    init(_ schedule: Schedule, _ graph: Graph, workers: Int) {
        let plan = MemoryPlan(schedule.buffers)
        arena = FloatStorage(count: plan.count)
        arenaCount = plan.count
        offsets = plan.offsets
        scratchStride = (schedule.scratchCount + 15) / 16 * 16
        scratch = FloatStorage(count: scratchStride * workers)
        leaves = schedule.persistent.reduce(into: [:]) { known, node in
            known[node] = LeafStorage(count: graph.nodes[node].shape.count)
        }
        self.schedule = schedule
        rows = schedule.steps.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.inputs.count) }
        table = .allocate(capacity: max(1, rows[rows.count - 1]))
        for (row, step) in zip(rows, schedule.steps) {
            for (column, place) in step.inputs.enumerated() {
                (table + row + column).initialize(to: UnsafePointer(address(place)))
            }
        }
    }

    deinit {
        table.deallocate()
    }

    func address(_ place: Schedule.Place) -> UnsafeMutablePointer<Float> {
        switch place {
        case .buffer(let number): arena.pointer + offsets[number]
        case .persistent(let node): leaf(node).pointer
        case .constant(let tensor): UnsafeMutablePointer(mutating: tensor.pointer)
        case .packedConstant(let packed): UnsafeMutablePointer(mutating: packed.pointer)
        }
    }

    private func leaf(_ node: Int) -> LeafStorage {
        guard let leaf = leaves[node] else { preconditionFailure("leaf \(node) has no memory") }
        return leaf
    }

    func buffer(of place: Schedule.Place, _ shape: TensorShape) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: address(place), count: shape.count)
    }

    func operands(of step: Int) -> UnsafePointer<UnsafePointer<Float>> { UnsafePointer(table + rows[step]) }

    func scratch(of worker: Int) -> UnsafeMutablePointer<Float> { scratch.pointer + worker * scratchStride }
}

/// Memory of an input or parameter.
private final class LeafStorage {
    private let storage: FloatStorage
    var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    init(count: Int) {
        storage = FloatStorage(count: count)
    }
}
