import Foundation
public import Networks

/// Golden tensors are N x C x H x W; the networks work on one NHWC image at a time.
public struct GoldenTensors {
    public let file: SafetensorsFile

    public init(_ path: String) throws {
        file = try SafetensorsFile(contentsOf: SharedData.url(path))
    }

    /// Number of images in a batch.
    public func batch(_ name: String) throws -> Int { try file.tensor(name).shape[0] }

    /// Image `index` of a batch, as H x W x C.
    public func image(_ name: String, _ index: Int) throws -> [Float] {
        let tensor = try file.tensor(name)
        let (channels, pixels) = (tensor.shape[1], tensor.shape[2] * tensor.shape[3])
        let planes = tensor.values[(index * channels * pixels)..<((index + 1) * channels * pixels)]
        return interleaved([Float](planes), channels: channels)
    }

    /// A whole batch as N x H x W x C.
    public func images(_ name: String) throws -> [Float] {
        try (0..<batch(name)).flatMap { try image(name, $0) }
    }

    public func values(_ name: String) throws -> [Float] { try file.tensor(name).values }

    public func statistics(_ prefix: String = "feature") throws -> FeatureStatistics {
        try FeatureStatistics(mean: values("\(prefix).mean"), deviation: values("\(prefix).std"))
    }

    public static func vgg19(_ taps: String...) throws -> PerceptualExtractor {
        let file = try SafetensorsFile(
            contentsOf: SharedData.url("data/weights/vgg19_oxford_relu4_2.safetensors"))
        return try PerceptualExtractor.vgg19(file, taps: taps.compactMap(FeatureTap.init))
    }
}

/// C x H x W to H x W x C.
public func interleaved(_ planes: [Float], channels: Int) -> [Float] {
    let pixels = planes.count / channels
    return (0..<planes.count).map { planes[$0 % channels * pixels + $0 / channels] }
}

/// Every `step`-th channel of an H x W x C map.
public func everyChannel(_ step: Int, of map: [Float], channels: Int) -> [Float] {
    map.indices.filter { $0 % channels % step == 0 }.map { map[$0] }
}
