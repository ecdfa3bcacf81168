import Networks
import TestSupport
import Testing

/// What this program itself computes for a batch of crops, in the layout of the exported graph.
struct ExpectedOutputs {
    let crops: NumberArray
    let score: NumberArray
    let reconstruction: NumberArray
    let latent: NumberArray
    /// Nil for several taps.
    let map: NumberArray?

    /// - Parameters:
    ///   - file: the model file.
    ///   - images: crops in [-1, 1], C x H x W each.
    init(_ model: ScreeningModel, _ file: SafetensorsFile, images: [[Float]]) throws {
        let architecture = try model.reconstruction.autoencoder.architecture
        let taps = model.record.extractor?.taps ?? []
        let scorer = try model.makePerceptualScorer()
        var (scores, reconstructions, codes, maps): ([Float], [Float], [Float], [Double]) = ([], [], [], [])
        for image in images {
            scores.append(try scorer.score(Self.interleaved(image, channels: architecture.imageChannels)))
            reconstructions += Self.planes(scorer.reconstruction, channels: architecture.imageChannels)
            codes += Self.planes(scorer.latent, channels: architecture.latentChannels)
            if taps.count == 1 {
                let anomaly = try AnomalyMap(scorer, taps[0], file)
                maps += anomaly.enlarged(to: architecture.resolution)
            }
        }
        let side = architecture.resolution
        let shape = [images.count, architecture.imageChannels, side, side]
        let code = [
            architecture.latentChannels, architecture.latentResolution, architecture.latentResolution,
        ]
        crops = NumberArray(shape: shape, images.flatMap { $0 })
        score = NumberArray(shape: [images.count], scores)
        reconstruction = NumberArray(shape: shape, reconstructions)
        latent = NumberArray(shape: [images.count] + code, codes)
        map = taps.count == 1 ? NumberArray(shape: [images.count, 1, side, side], values: maps) : nil
    }

    /// Every output of the graph by its name.
    var outputs: [String: NumberArray] {
        var outputs = ["score": score, "reconstruction": reconstruction, "latent": latent]
        outputs["map"] = map
        return outputs
    }

    static func interleaved(_ planes: [Float], channels: Int) -> [Float] {
        let pixels = planes.count / channels
        return planes.indices.map { planes[$0 % channels * pixels + $0 / channels] }
    }

    static func planes(_ interleaved: [Float], channels: Int) -> [Float] {
        let pixels = interleaved.count / channels
        return interleaved.indices.map { interleaved[$0 % pixels * channels + $0 / pixels] }
    }
}

/// mean |fx - fy| over channels / mean |fx| over everything, written down once more for the last crop of a
/// scorer.
struct AnomalyMap {
    private let side: Int
    private let values: [Double]

    init(_ scorer: PerceptualScorer, _ tap: FeatureTap, _ file: SafetensorsFile) throws {
        let (x, y) = (scorer.features(at: tap), scorer.reconstructedFeatures(at: tap))
        let mean = try file.tensor("feature.mean").values.map { Double($0) }
        let deviation = try file.tensor("feature.std").values.map { Double($0) }
        let pixels = x.count / mean.count
        var (magnitude, values) = (0.0, [Double](repeating: 0, count: pixels))
        for (index, value) in x.enumerated() {
            let channel = index % mean.count
            magnitude += abs((Double(value) - mean[channel]) / deviation[channel]) / Double(x.count)
            values[index / mean.count] +=
                abs(Double(value - y[index]) / deviation[channel]) / Double(mean.count)
        }
        self.values = values.map { $0 / magnitude }
        side = Int(Double(pixels).squareRoot())
    }

    /// Of the features' own pixels: the score.
    var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// Bilinear with the corners not aligned: samples lie at the centers of pixels.
    func enlarged(to size: Int) -> [Double] {
        (0..<(size * size)).map { index in
            let places = [index / size, index % size].map { position in
                max(0, (Double(position) + 0.5) * Double(side) / Double(size) - 0.5)
            }
            let (row, column) = (Int(places[0]), Int(places[1]))
            let (below, right) = (min(row + 1, side - 1), min(column + 1, side - 1))
            let (down, across) = (places[0] - Double(row), places[1] - Double(column))
            func line(_ y: Int) -> Double {
                values[y * side + column] * (1 - across) + values[y * side + right] * across
            }
            return line(row) * (1 - down) + line(below) * down
        }
    }
}
