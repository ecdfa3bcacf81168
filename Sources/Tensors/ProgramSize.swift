extension Program {
    /// Bytes that a program of `results` would take for a team of so many workers, without taking them: values
    /// between the steps, inputs, parameters and scratch memory. Constants, which others hold, do not count.
    package static func byteCount(of results: [Value], workers: Int) -> Int {
        guard let graph = results.first?.graph else { return 0 }
        let schedule = Schedule(graph, results: results)
        let leaves = schedule.persistent.reduce(0) { $0 + graph.nodes[$1].shape.count }
        let floats = MemoryPlan(schedule.buffers).count + leaves + schedule.scratchCount * workers
        return floats * MemoryLayout<Float>.stride
    }
}
