/// What a phase works with.
struct TrainingDesk {
    let objective: StageObjective
    let optimizer: AdamOptimizer
    let loader: BatchLoader
    let heldOut: HeldOutLoss

    /// Writes weights and moments down, so that the state can be saved.
    func note(in state: inout TrainingState) {
        state.weights = objective.tensors
        state.moments = optimizer.state
    }
}
