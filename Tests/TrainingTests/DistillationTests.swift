import Foundation
import ImageFiles
import Networks
import Pixels
import Records
import TestSupport
import Testing
import Training

/// Distillations of a second: images of 24 px, a student of a few channels, a teacher with random weights.
@Suite struct `Distillation` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, picture) in [
            ("tissue", { (seed: UInt64) in tissue(side: 30, seed: seed) }),
            ("grey", { seed in Self.grey(texture(side: 30, seed: seed)) }),
        ] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + name, withIntermediateDirectories: true)
            for number in 0..<12 as Range<UInt64> {
                _ = try folder.file("\(name)/\(number).png", PNGFile.encode(picture(number)))
            }
        }
        let teacher = InitialWeights.tensors(
            PerceptualExtractor.vgg19Parameters(to: FeatureTap(block: 1, convolution: 2)), seed: 1)
        _ = try folder.file("vgg19.safetensors", SafetensorsWriter.encode(teacher, metadata: [:]))
    }

    private static func grey(_ image: RGBImage) -> RGBImage {
        RGBImage(
            width: image.width, height: image.height,
            pixels: stride(from: 0, to: image.pixels.count, by: 3).flatMap { index in
                [UInt8](repeating: image.pixels[index], count: 3)
            })
    }

    private func job(_ data: [String], output: String = "small") -> DistillationJob {
        var job = DistillationJob(
            data: data.map { folder.path + "/" + $0 },
            teacher: folder.url.appendingPathComponent("vgg19.safetensors"),
            output: "\(folder.path)/\(output).safetensors")
        job.settings.blocks = [[4, 6]]
        job.settings.teacherTap = FeatureTap(block: 1, convolution: 2)
        (job.settings.updates, job.settings.batch) = (6, 4)
        (job.fields, job.side) = ([24, 28], 16)
        job.workers = 2
        return job
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: folder.url.appendingPathComponent(name))
    }

    @Test func `the number of workers changes no byte, the seed does`() async throws {
        for (name, workers, seed) in [("one", 1, 1), ("two", 2, 1), ("other", 2, 2)]
            as [(String, Int, UInt64)]
        {
            var job = job(["tissue"], output: name)
            (job.workers, job.settings.seed) = (workers, seed)
            let report = try await job.run { _, _ in }
            // Eleven of twelve are trained on, at two sizes.
            #expect(report.updates == 6 && report.images == 22 && report.explainedVariance.isFinite)
            #expect(try report.sha256 == Checksum.sha256(ofFile: "\(folder.path)/\(name).safetensors"))
        }
        let (one, two, other) = (
            try bytes("one.safetensors"), try bytes("two.safetensors"), try bytes("other.safetensors")
        )
        #expect(one == two && one != other)
        let small = folder.url.appendingPathComponent("one.safetensors")
        let tap = FeatureTap(block: 1, convolution: 2)
        let extractor = try ExtractorSource.load(.builtIn, file: small).extractor(taps: [tap])
        #expect(extractor.channels(at: tap) == 6)
    }

    @Test func `the loss falls`() async throws {
        var job = job(["tissue"])
        job.settings.updates = 120
        job.settings.learningRate = 0.01
        let report = try await job.run { _, _ in }
        #expect(report.explainedVariance > 0.2, "\(report.explainedVariance)")
    }

    @Test func `with a stain target colored images take part twice, grey ones once`() async throws {
        var job = job(["tissue", "grey"])
        let plain = try await job.run { _, _ in }
        job.stainTarget = folder.url.appendingPathComponent("tissue/3.png")
        let stained = try await job.run { _, _ in }
        #expect(plain.images == 44 && stained.images == 66)
    }

    @Test func `a set is left out for its stain only, not for what else is wrong`() async throws {
        // Two thirds have no stain: too many to go on in silence, too few to be a grey data set.
        for number in 0..<12 {
            let name = "\(number).png"
            try FileManager.default.moveItem(
                atPath: "\(folder.path)/\(number < 4 ? "tissue" : "grey")/\(name)",
                toPath: "\(folder.path)/mixed-\(name)")
        }
        try FileManager.default.removeItem(atPath: folder.path + "/grey")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/mixed", withIntermediateDirectories: true)
        for number in 0..<12 {
            try FileManager.default.moveItem(
                atPath: "\(folder.path)/mixed-\(number).png", toPath: "\(folder.path)/mixed/\(number).png")
        }
        var job = job(["mixed"])
        #expect(try await job.run { _, _ in }.images == 22)
        job.stainTarget = folder.url.appendingPathComponent("tissue/5.png")
        await #expect {
            try await job.run { _, _ in }
        } throws: { error in
            if case PreparationError.tooManyBad = error { true } else { false }
        }
    }

    @Test func `images that cannot be read end it`() async throws {
        for number in 0..<12 { _ = try folder.file("grey/\(number).png", [UInt8(number)]) }
        await #expect {
            try await job(["tissue", "grey"]).run { _, _ in }
        } throws: { error in
            guard case PreparationError.tooManyBad(let count, let total, _) = error else {
                if case PreparationError.nothingLeft = error { return true }
                return false
            }
            return count == total
        }
    }

    @Test func `all sets together must fit into the memory`() async throws {
        var job = job(["tissue", "grey"])
        let bytes = 2 * 12 * 3 * (24 * 24 + 28 * 28)
        job.memoryLimit = bytes - 1
        await #expect {
            try await job.run { _, _ in }
        } throws: { error in
            guard case PreparationError.tooLarge(bytes, let limit, 48) = error else { return false }
            return limit == bytes - 1
        }
        job.memoryLimit = bytes
        #expect(try await job.run { _, _ in }.images == 44)
    }
}
