import Foundation
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The first reason not to use a slide that this module gives, in the order in which a program asks; nil for
/// a good one. No unreadable tile is allowed here.
func firstFault(_ path: String) throws -> SlideFailureReason? {
    do {
        let census = try SlidePreflight.check(path).tiles
        if let census, census.beyondEnd > 0 { return .truncated }
        // OpenSlide does not say why it refuses; the census knows of a TIFF that it has no tiles.
        if census?.total == 0 { return .unsupported }
        let reader = try SlideReader(path: path)
        let slide = reader.description
        _ = try Calibration.resolve(slide.calibrationProperties, flag: nil, table: nil, path: path)
        for y in stride(from: 0, to: slide.height, by: 256) {
            for x in stride(from: 0, to: slide.width, by: 256) {
                _ = try reader.read(x: x, y: y, level: .full, width: 256, height: 256)
            }
        }
        return nil
    } catch {
        #expect(error.path == path && error.description.count > 20)
        return error.reason
    }
}

@Suite struct `Broken slides` {
    @Test(arguments: BrokenSlide.allCases)
    func `each has the reason that its maker names`(_ broken: BrokenSlide) throws {
        let folder = try TemporaryFolder()
        let url = try broken.write(into: folder.url)
        #expect(try firstFault(url.path)?.rawValue == broken.expectedReason)
    }

    @Test func `a decimal comma in the resolution is understood`() throws {
        let folder = try TemporaryFolder()
        let url = try BrokenSlide.decimalCommaMPP.write(into: folder.url)
        let slide = try SlideReader(path: url.path).description
        let calibration = try Calibration.resolve(
            slide.calibrationProperties, flag: nil, table: nil, path: url.path)
        #expect(calibration.micronsPerPixel == MicronsPerPixel(0.5))
    }

    private func reason(_ path: String) -> SlideFailureReason? {
        #expect(throws: SlideFailure.self) { try SlidePreflight.check(path) }?.reason
    }

    @Test func `what is no file is told from what is missing`() throws {
        let folder = try TemporaryFolder()
        #expect(reason(folder.url.path) == .notRegularFile)
        #expect(reason("/dev/null") == .notRegularFile)
        #expect(reason(folder.url.appendingPathComponent("absent.svs").path) == .fileNotFound)
        let file = try folder.file("a.svs", [1, 2, 3])
        #expect(reason(file + "/inside.svs") == .fileNotFound)
        #expect(reason(String(repeating: "a", count: 5_000)) == .fileNotFound)
        let loop = folder.url.appendingPathComponent("loop.svs").path
        try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
        #expect(reason(loop) == .fileNotFound)
        #expect(throws: SlideFailure.self) { try SlidePreflight.identity(ofFileAt: folder.url.path) }
    }

    @Test(.timeLimit(.minutes(1))) func `a named pipe without a writer does not make us wait`() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("pipe.svs").path
        #expect(mkfifo(path, 0o600) == 0)
        #expect(reason(path) == .notRegularFile)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read every file"))
    func `a file without permission cannot be opened`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("secret.svs", [1, 2, 3])
        #expect(chmod(path, 0) == 0)
        #expect(reason(path) == .cannotOpen)
    }

    @Test func `the identity changes when the file does`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.svs", [1, 2, 3])
        let before = try SlidePreflight.check(path).identity
        #expect(try SlidePreflight.identity(ofFileAt: path) == before)
        #expect(before.bytes == 3)
        _ = try folder.file("a.svs", [1, 2, 3, 4])
        #expect(try SlidePreflight.identity(ofFileAt: path) != before)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `broken files found in the wild open or fail and never crash`() throws {
        let folder = SharedData.url("data/broken")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
            [".tif", ".tiff", ".svs"].contains { name.hasSuffix($0) }
        }
        #expect(names.count >= 12)
        var faults: [String: SlideFailureReason] = [:]
        for name in names.sorted() {
            faults[name] = try firstFault(folder.appendingPathComponent(name).path)
        }
        // The smallest Aperio file of OpenSlide's own tests is the only one without a fault.
        #expect(Set(names).subtracting(faults.keys) == ["openslide-python_small.svs"])
        #expect(faults["openslide-python_unreadable.svs"] == .corruptTiles)
    }
}
