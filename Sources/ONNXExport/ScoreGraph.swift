import Networks

/// The part of the graph that compares: the relative perceptual L1 of every tap, its mean, and the map.
struct ScoreGraph {
    private let taps: [FeatureTap]
    /// Per tap, one number per channel.
    private let statistics: [(mean: [Float], deviation: [Float])]
    private let side: Int

    /// - Parameter model: a model file that loads; its tensors `feature.*` are the statistics.
    init(_ record: ModelRecord, model: SafetensorsFile) throws(SafetensorsError) {
        let taps = record.extractor.taps.sorted()
        self.taps = taps
        side = record.architecture.resolution
        statistics = try taps.map { tap throws(SafetensorsError) in
            let name = taps.count == 1 ? "feature" : "feature.\(tap)"
            return (try model.tensor("\(name).mean").values, try model.tensor("\(name).std").values)
        }
    }

    /// Whether there is a map: with several taps the method defines none.
    var hasMap: Bool { taps.count == 1 }

    /// Adds the output `score`, and `map` if there is one. Features are those of the taps, shallow first.
    func add(to graph: inout GraphBuilder, input: [String], reconstruction: [String]) {
        var sum: String?
        for (index, tap) in taps.enumerated() {
            let parts = compare(
                tap, statistics[index], input[index], reconstruction[index], in: &graph)
            if hasMap { addMap(parts, to: &graph) }
            let all = graph.constant("axes.image", [1, 2, 3])
            let difference = graph.add(
                "ReduceMean", parts.difference, all, name: "\(tap)/difference", attributes: Self.keepAxes)
            let ratio = graph.add("Div", difference, parts.magnitude, name: "\(tap)/ratio")
            sum = sum.map { graph.add("Add", $0, ratio, name: "\(tap)/sum") } ?? ratio
        }
        let count = graph.constant("taps", shape: [], [Float(taps.count)])
        let mean = graph.add("Div", sum ?? "", count, name: "mean-ratio")
        _ = graph.add("Squeeze", mean, graph.constant("axes.image", [1, 2, 3]), name: "score")
    }

    /// |fx - fy| and the image's mean |fx|, for f = (raw - mean) / deviation.
    private func compare(
        _ tap: FeatureTap, _ statistics: (mean: [Float], deviation: [Float]), _ x: String, _ y: String,
        in graph: inout GraphBuilder
    ) -> (difference: String, magnitude: String) {
        let shape = [1, statistics.mean.count, 1, 1]
        let center = graph.constant("feature.\(tap).mean", shape: shape, statistics.mean)
        let scale = graph.constant(
            "feature.\(tap).scale", shape: shape, statistics.deviation.map { 1 / $0 })
        func scaledMagnitude(of value: String, name: String) -> String {
            let scaled = graph.add("Mul", value, scale, name: "\(name)/scaled")
            return graph.add("Abs", scaled, name: "\(name)/absolute")
        }
        // The means cancel in the difference; subtracting them first would only cost precision.
        let difference = scaledMagnitude(
            of: graph.add("Sub", x, y, name: "\(tap)/change"), name: "\(tap)/change")
        let feature = scaledMagnitude(
            of: graph.add("Sub", x, center, name: "\(tap)/feature"), name: "\(tap)/feature")
        let magnitude = graph.add(
            "ReduceMean", feature, graph.constant("axes.image", [1, 2, 3]), name: "\(tap)/magnitude",
            attributes: Self.keepAxes)
        let floor = graph.constant(
            "smallest-magnitude", shape: [], [Float(PerceptualDistance.smallestMagnitude)])
        return (difference, graph.add("Max", magnitude, floor, name: "\(tap)/denominator"))
    }

    /// The mean over channels alone, relative to the same denominator, enlarged to the image.
    private func addMap(
        _ parts: (difference: String, magnitude: String), to graph: inout GraphBuilder
    ) {
        let channels = graph.add(
            "ReduceMean", parts.difference, graph.constant("axes.channels", [1]), name: "map/difference",
            attributes: Self.keepAxes)
        let ratio = graph.add("Div", channels, parts.magnitude, name: "map/ratio")
        let size = graph.constant("image-size", [Int64(side), Int64(side)])
        // `half_pixel` is what other programs call align_corners = false. Only the last two axes are resized,
        // and the region of interest and the scales are left out.
        _ = graph.add(
            "Resize", ratio, "", "", size, name: "map",
            attributes: [
                "mode": .text("linear"), "coordinate_transformation_mode": .text("half_pixel"),
                "axes": .integers([2, 3]),
            ])
    }

    private static var keepAxes: KeyValuePairs<String, ONNXAttribute> { ["keepdims": .integer(1)] }
}
