public import Foundation
internal import Kernels
public import Networks
internal import Tensors

/// Measures the networks on seeded data, and writes the data down so that other programs can be measured, and
/// their results compared, on the same.
public struct NetworkBenchmark {
    /// VGG19's tensors down to relu4_2, in torchvision's naming.
    public let weights: NamedTensors
    private let file: SafetensorsFile

    /// - Parameter weights: a file with VGG19; without one the weights are random, which takes the same time.
    public init(weights url: URL?) throws {
        let parameters = PerceptualExtractor.vgg19Parameters(to: Self.deepestTap)
        if let url {
            file = try SafetensorsFile(contentsOf: url)
            let prefix = file.entries.map(\.name).first { $0.hasSuffix(parameters[0].name) }?
                .dropLast(parameters[0].name.count)
            weights = try parameters.reduce(into: [:]) { [file] tensors, parameter in
                tensors[parameter.name] = try file.tensor("\(prefix ?? "")\(parameter.name)")
            }
        } else {
            weights = InitialWeights.tensors(parameters, seed: 19)
            file = try SafetensorsFile(bytes: SafetensorsWriter.encode(weights))
        }
    }

    static let deepestTap = FeatureTap(block: 4, convolution: 2)

    /// Prepares a task, runs it once, then measures it.
    public func measure(_ task: BenchmarkTask, threads: Int, repetitions: Int) throws -> BenchmarkTiming {
        precondition(threads > 0 && repetitions > 0, "\(repetitions) runs on \(threads) threads")
        PeakMemory.reset()
        let run = try BenchmarkRun(task, extractor: { try extractor(taps: $0) }, threads: threads)
        try run.step()
        let clock = ContinuousClock()
        var milliseconds: [Double] = []
        for _ in 0..<repetitions {
            let start = clock.now
            try run.step()
            milliseconds.append((clock.now - start) / .milliseconds(1))
        }
        let median = Self.median(milliseconds)
        return BenchmarkTiming(
            task: task, threads: threads, repetitions: repetitions, images: task.images,
            medianMilliseconds: median, imagesPerSecond: Double(task.images) * 1000 / median,
            effectiveGigaflops: run.multiplications.map { 2e-6 * Double($0) / median },
            peakMegabytes: PeakMemory.megabytes)
    }

    /// Writes `weights.safetensors`, and for each task `<task>.safetensors` with what goes in and what comes
    /// out of one run, in PyTorch's layout [n, c, h, w].
    public func save(_ tasks: [BenchmarkTask], to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try SafetensorsWriter.write(weights, to: folder.appendingPathComponent("weights.safetensors"))
        for task in tasks {
            let run = try BenchmarkRun(task, extractor: { try extractor(taps: $0) }, threads: 1)
            let inputs = run.inputs
            try run.step()
            try SafetensorsWriter.write(
                inputs.merging(run.outputs) { $1 },
                to: folder.appendingPathComponent("\(task.rawValue).safetensors"))
        }
    }

    private func extractor(taps: [FeatureTap]) throws(ModelFileError) -> PerceptualExtractor {
        try .vgg19(file, taps: taps)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Highest resident memory of this process, as Linux counts it.
private enum PeakMemory {
    /// Counts from now on, where the system allows it.
    static func reset() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    static var megabytes: Double? {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
        return kibibytes.map { ($0 * 1.024).rounded() / 1000 }
    }
}
