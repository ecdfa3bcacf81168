import Foundation
import ImageFiles
import Kernels
import Networks
import Pixels
import TestSupport
import Testing

import Training

@Suite struct `Preparing a set` {
    private let place: TemporaryFolder
    private let preparation = ImagePreparation(
        recipe: Recipe(
            tile: 48, tileResolution: 1, crop: 32, input: 16, resampling: .pillowBilinear, stain: nil,
            color: .rgb), target: nil)

    init() throws {
        place = try TemporaryFolder()
        for index in 0..<9 {
            _ = try place.file("\(index).png", pngBytes(picture(48 + index, 48 + index)))
        }
        _ = try place.file("3.png", [1, 2, 3])
        _ = try place.file("5.png", pngBytes(picture(90, 40)))
        _ = try place.file("7.jpg", pngBytes(picture(60, 60)))
    }

    private var images: [ImageListing.Image] {
        get throws { try ImageListing.find(place.path).images }
    }

    @Test func `images come in order whatever the number of workers, bad ones with a reason`() async throws {
        var results: [PreparedImages] = []
        for workers in [1, 2, 7] {
            results.append(
                try await PreparedImages.prepare(
                    images, with: preparation, layout: .scored, memoryLimit: 1 << 20,
                    maximumBad: .count(2), workers: workers))
        }
        let first = results[0]
        #expect(first.names == ["0.png", "1.png", "2.png", "4.png", "6.png", "7.jpg", "7.png", "8.png"])
        #expect(first.bad.map(\.name) == ["3.png", "5.png"])
        #expect(first.bad.map(\.defect.reason) == ["corrupt", "not_square"])
        var scratch = DensitySample()
        for (index, name) in first.names.enumerated() {
            let image = try ImageFile.read(place.url.appendingPathComponent(name))
            #expect(first.bytes(of: index) == (try preparation.scored(image, scratch: &scratch).pixels))
        }
        for other in results.dropFirst() {
            #expect(other.names == first.names && other.bad == first.bad)
            for index in 0..<first.count { #expect(other.bytes(of: index) == first.bytes(of: index)) }
        }
    }

    @Test func `fields keep the whole tile`() async throws {
        let set = try await PreparedImages.prepare(
            images, with: preparation, layout: .field(side: 24), memoryLimit: 1 << 20,
            maximumBad: .fraction(0.5))
        #expect(set.side == 24 && set.channels == 3 && set.bytesPerImage == 1_728)
    }

    @Test func `grey images take one byte a pixel`() async throws {
        let grey = ImagePreparation(
            recipe: Recipe(
                tile: 20, tileResolution: nil, crop: 20, input: 20, resampling: .pillowBilinear, stain: nil,
                color: .grey), target: nil)
        let set = try await PreparedImages.prepare(
            images, with: grey, layout: .scored, memoryLimit: 1 << 20, maximumBad: .count(1))
        #expect(set.channels == 1 && set.bytesPerImage == 400)
        // Without a physical scale the oblong image is stretched.
        #expect(set.bad.map(\.name) == ["3.png"])
        var scratch = DensitySample()
        let expected = try grey.scored(picture(48, 48), scratch: &scratch).pixels
        #expect(set.bytes(of: 0) == stride(from: 0, to: expected.count, by: 3).map { expected[$0] })
    }

    @Test func `too many bad images end the preparation`() async throws {
        let error = await #expect(throws: PreparationError.self) {
            _ = try await PreparedImages.prepare(
                images, with: preparation, layout: .scored, memoryLimit: 1 << 20, maximumBad: .count(1))
        }
        guard case .tooManyBad(2, 10, let first) = error else {
            Issue.record("\(error.map { "\($0)" } ?? "accepted")")
            return
        }
        #expect(first.map(\.name) == ["3.png", "5.png"])
    }

    @Test func `memory is refused before anything is read`() async throws {
        let absent = [ImageListing.Image](
            repeating: .init(name: "x", path: "/absent"), count: 1_000)
        await #expect(throws: PreparationError.tooLarge(bytes: 768_000, limit: 767_999, images: 1_000)) {
            _ = try await PreparedImages.prepare(
                absent, with: preparation, layout: .scored, memoryLimit: 767_999)
        }
        let error = await #expect(throws: PreparationError.self) {
            _ = try await PreparedImages.prepare(
                absent, with: preparation, layout: .scored, memoryLimit: 768_000, maximumBad: .fraction(1))
        }
        guard case .nothingLeft(1_000, let bad) = error else {
            Issue.record("\(error.map { "\($0)" } ?? "accepted")")
            return
        }
        #expect(bad.count == 1_000 && bad.first?.defect.reason == "unreadable")
    }

    @Test func `progress counts every image, and cancellation ends the work`() async throws {
        let seen = Counter()
        _ = try await PreparedImages.prepare(
            images, with: preparation, layout: .scored, memoryLimit: 1 << 20, maximumBad: .count(2)
        ) { seen.add($0) }
        #expect(seen.values.map(\.done) == Array(1...10))
        #expect(seen.values.last == PreparationProgress(done: 10, total: 10, bad: 2))
        let many = try (0..<500).flatMap { _ in try images }
        let task = Task { [preparation] in
            try await PreparedImages.prepare(
                many, with: preparation, layout: .scored, memoryLimit: 1 << 26, maximumBad: .fraction(1)
            ) { progress in
                if progress.done == 20 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}

/// Remembers progress; called from one task.
///
/// Unchecked: the lock guards `seen`.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var seen: [PreparationProgress] = []
    var values: [PreparationProgress] { lock.withLock { seen } }
    func add(_ progress: PreparationProgress) { lock.withLock { seen.append(progress) } }
}
