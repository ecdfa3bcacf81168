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
}
