internal import Networks

extension TrainingState {
    /// Why no training of this configuration can stand here, as a clause; nil if it can go on from here.
    func contradiction(with configuration: TrainingConfiguration) -> String? {
        let phases = configuration.phases
        guard (0...phases.count).contains(phase) else { return "there is no phase \(phase)" }
        let current: TrainingPhase? = phase < phases.count ? phases[phase] : nil
        guard (0...(current?.iterations ?? 0)).contains(update) else {
            return "phase \(phase) has no update \(update)"
        }
        guard isPossibleStep(phases) else { return "update \(step) does not lie in phase \(phase)" }
        guard let last = current ?? phases.last else { return "there is no phase" }
        do throws(WeightError) {
            let parameters = try StageAutoencoder(
                configuration.architecture(), resolution: last.stage.resolution, isFading: last.stage.isFade
            ).parameters
            try parameters.check(weights)
            try checkMoments(parameters)
            try checkBest(parameters, isSought: current?.stopsEarly == true)
        } catch {
            return error.description
        }
        return nil
    }

    /// Every phase but the last runs to its end; the last one may have stopped early.
    private func isPossibleStep(_ phases: [TrainingPhase]) -> Bool {
        let before = phases.prefix(phase).reduce(0) { $0 + $1.iterations }
        guard phase == phases.count, let last = phases.last, last.stopsEarly else {
            return step == before + update
        }
        return step > before - last.iterations && step <= before
    }

    /// Only a phase that has not begun may lack moments: else Adam would silently begin anew.
    private func checkMoments(_ parameters: [ParameterShape]) throws(WeightError) {
        if moments.isEmpty, update == 0 { return }
        let shapes = parameters.flatMap { parameter in
            ["m", "v"].map { ParameterShape(name: "\(parameter.name).\($0)", shape: parameter.shape) }
        }
        try shapes.check(moments)
    }

    /// There are best weights if and only if there is a lowest loss to which they belong.
    private func checkBest(_ parameters: [ParameterShape], isSought: Bool) throws(WeightError) {
        let isExpected = isSought && stopping.best != nil
        try (isExpected ? parameters : []).check(bestWeights)
    }
}
