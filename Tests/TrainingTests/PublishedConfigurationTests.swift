import Foundation
import Networks
import Staining
import TestSupport
import Testing
import Training

/// One row of the table of final configurations that were published (Shvetsova et al. 2021, code and paper). The
/// seeds of CIFAR-10 are ours.
struct PublishedConfiguration: Sendable, CustomStringConvertible {
    let file: String
    let seed: UInt64
    let color: ColorMode
    let tile: Int
    let crop: Int
    let size: Int
    let widths: [Int]
    let latent: [Int]
    let rate: Double
    let batch: Int
    let iterations: Int
    let total: Int
    let tap: String
    var weights: Int?
    var equalizes = false
    /// Of tissue: random crops and flips, stains normalized as the paper does.
    var isTissue = false
    /// Layer by resolution.
    var growing: [Int: String]?
    var description: String { file }

    static let all: [Self] = [
        Self(
            file: "camelyon16", seed: 3139, color: .rgb, tile: 768, crop: 256, size: 64, widths: [4],
            latent: [4, 8],
            rate: 1e-3, batch: 128, iterations: 34_666, total: 34_666, tap: "r42", weights: 4_959,
            isTissue: true),
        Self(
            file: "camelyon16-growing", seed: 9722, color: .rgb, tile: 768, crop: 256, size: 64, widths: [4],
            latent: [4, 8],
            rate: 1e-3, batch: 128, iterations: 8_666, total: 88_666, tap: "r42", weights: 4_959,
            isTissue: true, growing: [16: "r32", 32: "r32", 64: "r42"]),
        Self(
            file: "nih-subset", seed: 813, color: .grey, tile: 300, crop: 224, size: 64, widths: [16],
            latent: [16, 1],
            rate: 2e-3, batch: 128, iterations: 16_000, total: 16_000, tap: "r42", weights: 92_049),
        Self(
            file: "nih-subset-growing", seed: 5159, color: .grey, tile: 300, crop: 224, size: 64,
            widths: [16], latent: [16, 1],
            rate: 1e-3, batch: 128, iterations: 3_500, total: 123_500, tap: "r42", weights: 92_049,
            growing: [8: "r12", 16: "r22", 32: "r32", 64: "r42"]),
        Self(
            file: "nih-pa", seed: 2489, color: .grey, tile: 300, crop: 224, size: 64, widths: [16],
            latent: [16, 1],
            rate: 2e-3, batch: 128, iterations: 33_000, total: 33_000, tap: "r32", weights: 92_049),
        Self(
            file: "nih-pa-growing", seed: 7983, color: .grey, tile: 300, crop: 224, size: 64, widths: [16],
            latent: [16, 1],
            rate: 1e-3, batch: 128, iterations: 10_000, total: 130_000, tap: "r32", weights: 92_049,
            growing: [8: "r12", 16: "r22", 32: "r32", 64: "r32"]),
        Self(
            file: "nih-ap", seed: 8350, color: .grey, tile: 300, crop: 224, size: 64, widths: [64],
            latent: [64, 1],
            rate: 5e-4, batch: 56, iterations: 27_000, total: 27_000, tap: "r32", weights: 1_461_825,
            equalizes: true),
        Self(
            file: "nih-ap-growing", seed: 9449, color: .grey, tile: 300, crop: 224, size: 64,
            widths: [32, 32, 64, 64, 64], latent: [64, 1],
            rate: 5e-4, batch: 56, iterations: 7_000, total: 127_000, tap: "r32", weights: 1_013_313,
            equalizes: true, growing: [8: "r12", 16: "r22", 32: "r32", 64: "r32"]),
        Self(
            file: "cifar10-0", seed: 1, color: .rgb, tile: 32, crop: 32, size: 32, widths: [32],
            latent: [32, 1],
            rate: 0.002, batch: 128, iterations: 5_666, total: 5_666, tap: "r32", weights: 293_539),
        Self(
            file: "cifar10-1", seed: 2, color: .rgb, tile: 32, crop: 32, size: 32, widths: [8],
            latent: [8, 1],
            rate: 0.01, batch: 128, iterations: 7_333, total: 7_333, tap: "r42"),
        Self(
            file: "cifar10-2", seed: 3, color: .rgb, tile: 32, crop: 32, size: 32, widths: [16],
            latent: [16, 1],
            rate: 0.005, batch: 128, iterations: 5_000, total: 5_000, tap: "r42"),
        Self(
            file: "cifar10-3", seed: 4, color: .rgb, tile: 32, crop: 32, size: 32,
            widths: [32, 64, 128, 256], latent: [256, 1],
            rate: 0.0002, batch: 128, iterations: 4_666, total: 4_666, tap: "r32"),
        Self(
            file: "cifar10-4", seed: 5, color: .rgb, tile: 32, crop: 32, size: 32, widths: [16],
            latent: [16, 1],
            rate: 0.005, batch: 128, iterations: 6_666, total: 6_666, tap: "r32"),
        Self(
            file: "cifar10-5", seed: 6, color: .rgb, tile: 32, crop: 32, size: 32, widths: [8],
            latent: [8, 1],
            rate: 0.01, batch: 128, iterations: 4_666, total: 4_666, tap: "r42"),
        Self(
            file: "cifar10-6", seed: 7, color: .rgb, tile: 32, crop: 32, size: 32, widths: [32, 64, 64, 64],
            latent: [64, 1],
            rate: 0.001, batch: 128, iterations: 3_666, total: 3_666, tap: "r32"),
        Self(
            file: "cifar10-7", seed: 8, color: .rgb, tile: 32, crop: 32, size: 32, widths: [8],
            latent: [8, 1],
            rate: 0.01, batch: 128, iterations: 7_666, total: 7_666, tap: "r42"),
        Self(
            file: "cifar10-8", seed: 9, color: .rgb, tile: 32, crop: 32, size: 32, widths: [8],
            latent: [8, 1],
            rate: 0.01, batch: 128, iterations: 8_000, total: 8_000, tap: "r42"),
        Self(
            file: "cifar10-9", seed: 10, color: .rgb, tile: 32, crop: 32, size: 32, widths: [8],
            latent: [8, 1],
            rate: 0.01, batch: 128, iterations: 5_000, total: 5_000, tap: "r42"),
    ]

    /// As the file has it.
    func read() throws -> TrainingConfiguration {
        try TrainingConfiguration(
            contentsOf: SharedData.packageRoot.appendingPathComponent("pipelines/configs/\(file).yaml"))
    }
}

@Suite struct `Published configurations` {
    @Test(arguments: PublishedConfiguration.all)
    func `a file has the published network, loss and schedule`(_ row: PublishedConfiguration) throws {
        let configuration = try row.read()
        let architecture = try configuration.architecture()
        #expect(configuration.name == row.file && configuration.seed == row.seed)
        #expect(configuration.network.widths == row.widths)
        #expect(architecture.imageChannels == (row.color == .rgb ? 3 : 1))
        #expect([architecture.latentChannels, architecture.latentResolution] == row.latent)
        #expect(configuration.optimizer.learningRate == row.rate)
        #expect(configuration.optimizer.batch == row.batch)
        #expect(configuration.schedule.length == .iterations(row.iterations))
        #expect(configuration.schedule.warmup == 0)
        #expect(configuration.iterationLimit == row.total)
        #expect(configuration.extractor.taps.map(\.description) == [row.tap])
        #expect(configuration.extractor.weights == .vgg19)
        #expect(configuration.loss == .perceptual)
        if let weights = row.weights { #expect(architecture.parameters.weightCount == weights) }
    }

    @Test(arguments: PublishedConfiguration.all)
    func `a file has the published input and stages`(_ row: PublishedConfiguration) throws {
        let configuration = try row.read()
        let input = configuration.input
        #expect(input.color == row.color && input.equalize == row.equalizes)
        #expect((input.tile, input.crop, input.size) == (row.tile, row.crop, row.size))
        #expect(
            configuration.augmentation
                == (row.isTissue ? .init(crop: .random, flips: .both) : .init(crop: .center, flips: .none)))
        #expect(input.tileResolution == (row.isTissue ? 0.25 : nil))
        #expect(
            input.stain
                == (row.isTissue
                    ? .init(method: .vahadane, match: .paper, scope: .tile, dictionaryStep: 1) : nil))
        let growing = configuration.schedule.growing
        var taps: [Int: String] = [:]
        for (resolution, layers) in growing?.taps ?? [:] {
            taps[resolution] = layers.map(\.description).joined(separator: ", ")
        }
        #expect(taps == row.growing ?? [:])
        #expect(growing?.start == row.growing?.keys.min())
        #expect(growing == nil || growing?.iterationsPerStage == 20_000)
    }
}
