public import Foundation
internal import Outliers
internal import Records
internal import Staining
import Kernels

/// Model files of wsi-screen: one safetensors file with a record in its header.
///
/// Tensors: `ae.*` the autoencoder; `extractor.*` the extractor, unless the record names its SHA-256;
/// `feature.mean`, `feature.std` (for several layers `feature.<tap>.mean`, `.std`); `gaussian.*` or `forest.*` for
/// detectors of pooled features; `stain.matrix` [2,3] and `stain.p99` [2] if the recipe normalizes stains;
/// `score.normal` [n], scores of held-out normals.
public enum ModelFile {
    /// Header key of the record.
    public static let recordKey = "wsi_screen"

    /// Loads a model.
    ///
    /// - Parameter extractor: file of the extractor, if it is not in the model; its SHA-256 must be the
    ///   recorded one.
    public static func load(_ url: URL, extractor: URL? = nil) throws(ModelFileError) -> ScreeningModel {
        let file = try checked { () throws(SafetensorsError) in try SafetensorsFile(contentsOf: url) }
        return try load(file, extractor: extractor)
    }

    /// Reads the record alone.
    public static func record(_ file: SafetensorsFile) throws(ModelFileError) -> ModelRecord {
        guard let text = file.metadata[recordKey] else { throw .noRecord }
        return try ModelRecord(json: text)
    }

    /// Loads a model from a file in memory.
    public static func load(
        _ file: SafetensorsFile, extractor: URL? = nil
    ) throws(ModelFileError) -> ScreeningModel {
        let record = try record(file)
        try checkNames(file, record)
        return ScreeningModel(
            record: record, detector: try detector(file, record, extractor: extractor),
            stainTarget: try stainTarget(file, record),
            normalScores: try normalScores(file))
    }

    /// Header key of the configuration that a model was trained with, as JSON.
    public static let configurationKey = "wsi_screen_configuration"

    /// Header key of the SHA-256 of everything that decided the training.
    public static let trainingIdentityKey = "wsi_screen_training_sha256"

    /// A model file as bytes. `tensors` are named as above.
    ///
    /// - Parameters:
    ///   - configuration: with which `train` makes the model again, as JSON.
    ///   - trainingIdentity: equal for trainings that must give the same model.
    public static func encode(
        _ record: ModelRecord, tensors: NamedTensors, configuration: String? = nil,
        trainingIdentity: String? = nil
    ) throws(ModelFileError) -> [UInt8] {
        var metadata = [recordKey: try record.json()]
        metadata[configurationKey] = configuration
        metadata[trainingIdentityKey] = trainingIdentity
        return SafetensorsWriter.encode(tensors, metadata: metadata)
    }

    private static func detector(
        _ file: SafetensorsFile, _ record: ModelRecord, extractor url: URL?
    ) throws(ModelFileError) -> Detector {
        let values = { (name: String, shape: [Int]) throws(ModelFileError) in
            try tensor(file, name, shape: shape)
        }
        guard let pooling = record.detector.pooling else {
            return .dpa(try reconstruction(file, record, extractor: url))
        }
        guard let described = record.extractor else { throw .contradiction("there is no extractor") }
        let features = PooledFeatures(try extractor(described, file, url), pooling: pooling)
        guard record.detector == .gaussian else {
            let count = { (name: String) in file.entry(name)?.count ?? 0 }
            return .isolationForest(
                features,
                try IsolationForest(columns: features.dimension, count: count, tensor: values))
        }
        return .gaussian(
            features, try MahalanobisDistance(dimension: features.dimension, tensor: values))
    }

    private static func reconstruction(
        _ file: SafetensorsFile, _ record: ModelRecord, extractor url: URL?
    ) throws(ModelFileError) -> Reconstruction {
        guard let architecture = record.architecture else {
            throw .contradiction("there is no architecture")
        }
        let weights = try checked { () throws(SafetensorsError) in try file.tensors(under: "ae.") }
        let autoencoder = try checked { () throws(WeightError) in
            try Autoencoder(architecture, tensors: weights)
        }
        var distance: PerceptualDistance?
        if let described = record.extractor {
            distance = try self.distance(file, described, extractor: url)
        }
        return try checked { () throws(WeightError) in
            try Reconstruction(autoencoder, distance: distance, loss: record.loss ?? .perceptual)
        }
    }

    private static func distance(
        _ file: SafetensorsFile, _ record: ExtractorRecord, extractor url: URL?
    ) throws(ModelFileError) -> PerceptualDistance {
        let extractor = try extractor(record, file, url)
        var statistics: [FeatureTap: FeatureStatistics] = [:]
        for tap in record.taps {
            let name = statisticsName(tap, of: record.taps)
            let channels = extractor.channels(at: tap)
            let mean = try tensor(file, "\(name).mean", shape: [channels])
            let deviation = try tensor(file, "\(name).std", shape: [channels])
            statistics[tap] = try checked { () throws(WeightError) in
                try FeatureStatistics(mean: mean, deviation: deviation, name: name)
            }
        }
        return try checked { () throws(WeightError) in
            try PerceptualDistance(extractor, statistics: statistics)
        }
    }

    private static func extractor(
        _ record: ExtractorRecord, _ file: SafetensorsFile, _ url: URL?
    ) throws(ModelFileError) -> PerceptualExtractor {
        let (source, prefix) = try extractorSource(file, record, url)
        return switch record.family {
        case .vgg19: try PerceptualExtractor.vgg19(source, taps: record.taps)
        case .perceptualNet:
            try PerceptualExtractor.stack(
                source, prefix: prefix, widths: record.blocks ?? [], taps: record.taps)
        }
    }

    /// The file that holds the extractor, and the prefix of its tensors there.
    private static func extractorSource(
        _ file: SafetensorsFile, _ record: ExtractorRecord, _ url: URL?
    ) throws(ModelFileError) -> (SafetensorsFile, prefix: String) {
        guard let expected = record.sha256 else { return (file, "extractor.") }
        guard let url else { throw .extractorNeeded(sha256: expected) }
        let found: String
        do throws(FileError) { found = try Checksum.sha256(ofFile: url.path) } catch {
            throw .safetensors(.cannotRead(path: url.path, reason: error.reason))
        }
        guard found == expected else { throw .wrongExtractor(expected: expected, found: found) }
        return (try checked { () throws(SafetensorsError) in try SafetensorsFile(contentsOf: url) }, "")
    }

    private static func stainTarget(
        _ file: SafetensorsFile, _ record: ModelRecord
    ) throws(ModelFileError) -> StainTarget? {
        guard record.recipe.stain != nil else { return nil }
        let matrix = try tensor(file, "stain.matrix", shape: [2, 3])
        let p99 = try tensor(file, "stain.p99", shape: [2])
        guard p99.allSatisfy({ $0 > 0 }) else { throw .contradiction("stain.p99 is not positive") }
        let rows = [0, 3].map { SIMD3(Double(matrix[$0]), Double(matrix[$0 + 1]), Double(matrix[$0 + 2])) }
        guard let stains = StainMatrix(rows[0], rows[1]), rows[0].x >= rows[1].x,
            let target = StainTarget(matrix: stains, robustMaximum: SIMD2(Double(p99[0]), Double(p99[1])))
        else { throw .contradiction("stain.matrix holds no hematoxylin and eosin vector, in this order") }
        return target
    }

    static func normalScores(_ file: SafetensorsFile) throws(ModelFileError) -> ScoreDistribution {
        let count = file.entry("score.normal")?.count ?? 0
        let scores = try tensor(file, "score.normal", shape: [count])
        guard scores == scores.sorted(), let distribution = ScoreDistribution(scores) else {
            throw .contradiction("score.normal is not sorted")
        }
        return distribution
    }

    private static func statisticsName(_ tap: FeatureTap, of taps: [FeatureTap]) -> String {
        taps.count == 1 ? "feature" : "feature.\(tap)"
    }

    /// Refuses tensors that the record gives no meaning: a file that says more than is understood is not
    /// understood.
    private static func checkNames(_ file: SafetensorsFile, _ record: ModelRecord) throws(ModelFileError) {
        var known: Set<String> = ["score.normal"]
        if record.recipe.stain != nil { known.formUnion(["stain.matrix", "stain.p99"]) }
        switch record.detector {
        case .gaussian: known.formUnion(MahalanobisDistance.tensorNames)
        case .deepIF: known.formUnion(IsolationForest.tensorNames)
        case .dpa:
            let taps = record.extractor?.taps ?? []
            known.formUnion(
                taps.flatMap { tap in ["mean", "std"].map { "\(statisticsName(tap, of: taps)).\($0)" } })
        }
        let holdsExtractor = record.extractor.map { $0.sha256 == nil } ?? false
        let surplus = file.entries.map(\.name).filter { name in
            let isWeight = record.detector == .dpa && name.hasPrefix("ae.")
            return !isWeight && !(holdsExtractor && name.hasPrefix("extractor.")) && !known.contains(name)
        }
        guard surplus.isEmpty else { throw .weights(.surplus(tensors: surplus.sorted())) }
    }

    private static func tensor(
        _ file: SafetensorsFile, _ name: String, shape: [Int]
    ) throws(ModelFileError) -> [Float] {
        guard file.entry(name) != nil else { throw .weights(.missing(tensor: name)) }
        let tensor = try checked { () throws(SafetensorsError) in try file.tensor(name) }
        guard tensor.shape == shape else {
            throw .weights(.misshapen(tensor: name, expected: shape, found: tensor.shape))
        }
        return tensor.values
    }

    /// Runs `body`, its error as a model file's error.
    private static func checked<Value>(
        _ body: () throws(SafetensorsError) -> Value
    ) throws(ModelFileError) -> Value {
        do throws(SafetensorsError) { return try body() } catch { throw .safetensors(error) }
    }

    private static func checked<Value>(_ body: () throws(WeightError) -> Value) throws(ModelFileError)
        -> Value
    {
        do throws(WeightError) { return try body() } catch { throw .weights(error) }
    }
}
