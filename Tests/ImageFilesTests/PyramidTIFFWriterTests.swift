import CTIFF
import Foundation
import ImageFiles
import Pixels
import Testing

@Suite struct `pyramid TIFF writer` {
    private func temporary() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).tif")
    }

    @Test func `levels and tiles come back through libtiff`() throws {
        let url = temporary()
        defer { try? FileManager.default.removeItem(at: url) }
        let writer = PyramidTIFFWriter(
            levels: PyramidTIFFWriter.levels(width: 100, height: 70, factor: 4, smallest: 32), tileSide: 64,
            compression: .deflate, facts: TIFFImageFacts(resolution: MicronsPerPixel(0.5)))
        let side = 64
        try writer.write(to: url) { level, column, row in
            // The right upper tile of level 0 is blank; the others carry their position.
            if level == .full && column == 1 && row == 0 { return .blank }
            return .pixels(
                [UInt8](repeating: UInt8(50 * level.rawValue + 10 * row + column), count: side * side * 3))
        }
        let tiff = try #require(TIFFOpen(url.path, "r"))
        defer { TIFFClose(tiff) }
        #expect(TIFFNumberOfDirectories(tiff) == 2)
        var tile = [UInt8](repeating: 0, count: side * side * 3)
        #expect(TIFFReadEncodedTile(tiff, 1, &tile, tmsize_t(tile.count)) == tmsize_t(tile.count))
        #expect(tile.allSatisfy { $0 == 255 })
        #expect(TIFFReadEncodedTile(tiff, 3, &tile, tmsize_t(tile.count)) == tmsize_t(tile.count))
        #expect(tile.allSatisfy { $0 == 11 })
        #expect(TIFFSetDirectory(tiff, 1) == 1)
        #expect(TIFFReadEncodedTile(tiff, 0, &tile, tmsize_t(tile.count)) == tmsize_t(tile.count))
        #expect(tile.allSatisfy { $0 == 50 })
    }

    @Test func `an absent tile takes no bytes`() throws {
        let url = temporary()
        defer { try? FileManager.default.removeItem(at: url) }
        let writer = PyramidTIFFWriter(
            levels: [.init(width: 256, height: 64)], tileSide: 64, compression: .jpegYCbCr(quality: 80),
            blankTiles: .absent(reduced: .white))
        try writer.write(to: url) { _, column, _ in
            column == 2 ? .pixels([UInt8](repeating: 90, count: 64 * 64 * 3)) : .blank
        }
        let tiff = try #require(TIFFOpen(url.path, "r"))
        defer { TIFFClose(tiff) }
        #expect((0..<4).map { TIFFGetStrileByteCount(tiff, $0) > 0 } == [false, false, true, false])
    }

    @Test func `a folder that does not exist is a typed error with a reason`() {
        let writer = PyramidTIFFWriter(
            levels: [.init(width: 16, height: 16)], tileSide: 16, compression: .none)
        #expect(throws: ImageFileError.self) {
            try writer.write(to: URL(fileURLWithPath: "/nonexistent/a.tif")) { _, _, _ in .blank }
        }
    }

    @Test func `BigTIFF is chosen only when classic offsets might not suffice`() {
        func writer(_ side: Int) -> PyramidTIFFWriter {
            PyramidTIFFWriter(levels: [.init(width: side, height: side)], compression: .none)
        }
        #expect(!writer(30_000).needsBigTIFF)
        #expect(writer(40_000).needsBigTIFF)
    }
}
