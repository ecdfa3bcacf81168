import Networks

/// The part of the graph that compares: the relative perceptual L1 of every tap, its mean, and the map.
struct ScoreGraph {
    private let taps: [FeatureTap]
    /// Per tap, one number per channel.
    private let statistics: [(mean: [Float], deviation: [Float])]
    private let side: Int

    /// - Parameter model: a model file that loads; its tensors `feature.*` are the statistics.
    init(taps: [FeatureTap], side: Int, model: SafetensorsFile) throws(SafetensorsError) {
        let taps = taps.sorted()
        self.taps = taps
        self.side = side
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
            let (difference, magnitude) = compare(
                tap, statistics[index], input[index], reconstruction[index], in: &graph)
            let smallest = graph.constant(
                "smallest-magnitude", shape: [], [Float(PerceptualDistance.smallestMagnitude)])
            let denominator = graph.add(
                "Max", meanOverPixels(magnitude, in: &graph), smallest, name: "\(tap)/denominator")
            if hasMap { addMap(difference, denominator, to: &graph) }
            let ratio = graph.add(
                "Div", meanOverPixels(difference, in: &graph), denominator, name: "\(tap)/ratio")
            sum = sum.map { graph.add("Add", $0, ratio, name: "\(tap)/sum") } ?? ratio
        }
        let count = graph.constant("taps", shape: [], [Float(taps.count)])
        let mean = graph.add("Div", sum ?? "", count, name: "mean-ratio")
        _ = graph.add("Squeeze", mean, graph.constant("axes.image", [1, 2, 3]), name: "score")
    }

    /// |fx - fy| and |fx|, for f = (raw - mean) / deviation, averaged over the channels: [N, 1, h, w] each.
    private func compare(
        _ tap: FeatureTap, _ statistics: (mean: [Float], deviation: [Float]), _ x: String, _ y: String,
        in graph: inout GraphBuilder
    ) -> (difference: String, magnitude: String) {
        let shape = [1, statistics.mean.count, 1, 1]
        let center = graph.constant("feature.\(tap).mean", shape: shape, statistics.mean)
        let scale = graph.constant(
            "feature.\(tap).scale", shape: shape, statistics.deviation.map { 1 / $0 })
        func channelMean(of value: String, name: String) -> String {
            let scaled = graph.add("Mul", value, scale, name: "\(name)/scaled")
            let absolute = graph.add("Abs", scaled, name: "\(name)/absolute")
            return graph.add(
                "ReduceMean", absolute, graph.constant("axes.channels", [1]), name: "\(name)/channel-mean",
                attributes: ["keepdims": .integer(1)])
        }
        // The means cancel in the difference; subtracting them first would only cost precision.
        let change = graph.add("Sub", x, y, name: "\(tap)/change")
        let feature = graph.add("Sub", x, center, name: "\(tap)/feature")
        return (
            channelMean(of: change, name: "\(tap)/change"), channelMean(of: feature, name: "\(tap)/feature")
        )
    }

    /// The second half of a mean over a whole map. In one step, runtimes that sum tens of thousands of floats
    /// one after the other were off by 4e-6; in two the error is that of the features.
    private func meanOverPixels(_ value: String, in graph: inout GraphBuilder) -> String {
        graph.add(
            "ReduceMean", value, graph.constant("axes.pixels", [2, 3]), name: "\(value)/pixel-mean",
            attributes: ["keepdims": .integer(1)])
    }

    /// The mean over channels alone, relative to the same denominator, enlarged to the image.
    private func addMap(_ difference: String, _ denominator: String, to graph: inout GraphBuilder) {
        let ratio = graph.add("Div", difference, denominator, name: "map/ratio")
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
}
