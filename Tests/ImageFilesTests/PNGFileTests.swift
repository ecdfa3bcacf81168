import Foundation
import ImageFiles
import Pixels
import TestSupport
import Testing

@Suite struct `PNG files` {
    @Test func `an RGB image survives encoding and reading`() throws {
        var image = RGBImage(width: 5, height: 3)
        image[4, 2] = RGBColor(red: 1, green: 2, blue: 3)
        image[0, 0] = RGBColor(red: 250, green: 0, blue: 128)
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).png")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(PNGFile.encode(image)).write(to: url)
        #expect(try PNGFile.read(url) == image)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `a truncated PNG is refused`() {
        #expect(throws: ImageFileError.self) {
            try PNGFile.read(SharedData.url("data/broken/truncated_image.png"))
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `a truncated JPEG is refused`() {
        #expect(throws: ImageFileError.self) {
            try JPEGFile.read(SharedData.url("data/broken/libvips_truncated.jpg"))
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `a whole JPEG has the size that its header states`() throws {
        let image = try JPEGFile.read(SharedData.url("data/tiles/lc25000_lung/lung_n/lungn1.jpeg"))
        #expect(image.width == 224 && image.height == 224)
    }
}
