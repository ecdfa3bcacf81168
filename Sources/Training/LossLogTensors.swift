package import Networks

/// A training's log in its checkpoint: losses alone, as tensors, because a text of millions of rows would not fit
/// into the file's header. Step, stage and alpha of a row, and which rows hold a held-out loss, follow from the
/// schedule.
extension LossLog {
    private static let lossName = "loss"
    private static let heldOutName = "held_out"

    /// `loss` [updates]; `held_out` [looks, 2]: each value's bits, upper and lower half, since a held-out loss may
    /// be no finite number and a tensor's elements may not.
    package var tensors: NamedTensors {
        var tensors: NamedTensors = [:]
        let losses = rows.compactMap(\.loss)
        if !losses.isEmpty { tensors[Self.lossName] = Tensor(shape: [losses.count], values: losses) }
        let halves = rows.compactMap(\.heldOutLoss).flatMap { loss in
            [Float(loss.bitPattern >> 16), Float(loss.bitPattern & 0xFFFF)]
        }
        if !halves.isEmpty {
            tensors[Self.heldOutName] = Tensor(shape: [halves.count / 2, 2], values: halves)
        }
        return tensors
    }

    /// The log of a training after `updates` updates; nil if the tensors are not those of such a log.
    package init?(_ tensors: NamedTensors, updates: Int, of configuration: TrainingConfiguration) {
        guard Set(tensors.keys).isSubset(of: [Self.lossName, Self.heldOutName]) else { return nil }
        let losses = tensors[Self.lossName]?.values ?? []
        guard losses.count == updates, let looks = Self.looks(tensors[Self.heldOutName]?.values ?? []) else {
            return nil
        }
        self.init()
        var remaining = looks[...]
        for phase in configuration.phases {
            for update in 0..<min(phase.iterations, updates - rows.count) {
                let isLook = phase.isLookDue(after: update + 1)
                if isLook, remaining.isEmpty { return nil }
                append(
                    Row(
                        step: rows.count + 1, stage: phase.name,
                        alpha: Double(phase.alpha(update: update)), loss: losses[rows.count],
                        heldOutLoss: isLook ? remaining.removeFirst() : nil))
            }
        }
        guard rows.count == updates, remaining.isEmpty else { return nil }
    }

    private static func looks(_ halves: [Float]) -> [Float]? {
        guard halves.count.isMultiple(of: 2), halves.allSatisfy({ $0 >= 0 && $0 <= 0xFFFF }) else {
            return nil
        }
        return stride(from: 0, to: halves.count, by: 2).map { index in
            Float(bitPattern: UInt32(halves[index]) << 16 | UInt32(halves[index + 1]))
        }
    }
}
