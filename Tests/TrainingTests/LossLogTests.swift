import Networks
import Testing
import Training

@Suite struct `Loss tables` {
    private func log(steps: Int) -> LossLog {
        var log = LossLog()
        for step in 1...steps {
            log.append(
                .init(
                    step: step, stage: step < 10 ? "16" : "fade 32",
                    alpha: step < 10 ? 1 : 0.1 * Double(step - 10),
                    loss: 1 / Float(step), heldOutLoss: step % 5 == 0 ? 0.1 + 1 / Float(step) : nil))
        }
        return log
    }

    @Test func `a table survives its text`() throws {
        let log = log(steps: 20)
        #expect(try LossLog(csv: log.csv) == log)
        #expect(try LossLog(csv: LossLog().csv) == LossLog())
        #expect(log.csv.hasPrefix("step,stage,alpha,loss,held_out_loss\n1,16,1.0,1.0,\n2,16,1.0,0.5,\n"))
    }

    @Test(arguments: [
        "", "step,loss\n", "step,stage,alpha,loss,held_out_loss\nx,16,1,1,\n",
        "step,stage,alpha,loss,held_out_loss\n1,16,1,1\n",
        "step,stage,alpha,loss,held_out_loss\n1,16,1,one,\n",
        "step,stage,alpha,loss,held_out_loss\n2,16,1,1,\n1,16,1,1,\n",
    ])
    func `another text is refused`(text: String) {
        #expect(throws: LossLogError.self) { try LossLog(csv: text) }
    }

    private func configuration(_ schedule: String) throws -> TrainingConfiguration {
        try TrainingConfiguration(yaml: TinyTraining.plain.yaml(schedule: schedule))
    }

    /// The log that a training of this configuration would have, with losses that tell their step.
    private func log(
        _ configuration: TrainingConfiguration, updates: Int, look: (Int) -> Float = { 1 / Float($0) }
    ) throws -> LossLog {
        let looks = try TinyTraining.train(configuration, TinyTraining.set()).log.rows
        var log = LossLog()
        for row in looks.prefix(updates) {
            log.append(
                .init(
                    step: row.step, stage: row.stage, alpha: row.alpha, loss: 1 / Float(row.step + 1),
                    heldOutLoss: row.heldOutLoss == nil ? nil : look(row.step)))
        }
        return log
    }

    @Test func `a training's table survives as tensors after any update, also where no number was held out`()
        throws
    {
        let growing =
            "{iterations: 4, warmup: 2, growing: {start: 8, iterations_per_stage: 3, taps: {8: [r12], 16: [r22]}}}"
        for schedule in [growing, "{early_stopping: {check_every: 2, patience: 9, limit: 9}}"] {
            let configuration = try configuration(schedule)
            for updates in 0...9 {
                let whole = try log(configuration, updates: updates) { $0 == 4 ? .nan : -.infinity }
                let file = try SafetensorsFile(bytes: SafetensorsWriter.encode(whole.tensors))
                let read = LossLog(try file.tensors(under: ""), updates: updates, of: configuration)
                #expect(read?.csv == whole.csv)
                #expect(LossLog(whole.tensors, updates: updates + 1, of: configuration) == nil)
            }
        }
    }

    @Test func `three million updates fit into a checkpoint`() throws {
        let count = 3_000_000
        let configuration = try configuration("{iterations: 100000000}")
        var log = LossLog()
        for step in 1...count {
            log.append(
                .init(
                    step: step, stage: "16", loss: 1 / Float(step),
                    heldOutLoss: step.isMultiple(of: 1_000) ? Float(step) : nil))
        }
        let bytes = SafetensorsWriter.encode(log.tensors)
        let read = LossLog(
            try SafetensorsFile(bytes: bytes).tensors(under: ""), updates: count, of: configuration)
        let isSame = read == log
        #expect(isSame && bytes.count < 5 * count)
    }
}
