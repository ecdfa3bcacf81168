public import Foundation
public import Pixels
internal import Records

/// Image files of any format that this program reads. The content decides, not the name: many a `.jpg` is a PNG.
public enum ImageFile {
    /// Suffixes under which image files are looked for, in lower case.
    public static let suffixes: Set<String> = ["png", "jpg", "jpeg"]

    /// Reads a PNG or JPEG file as RGB.
    ///
    /// - Throws: ``ImageFileError`` for unreadable, corrupt or oversized files and other formats.
    public static func read(_ url: URL) throws(ImageFileError) -> RGBImage {
        switch try firstBytes(of: url) {
        case [0x89, 0x50, 0x4E, 0x47]: return try PNGFile.read(url)
        case let start where start.starts(with: [0xFF, 0xD8]): return try JPEGFile.read(url)
        default:
            throw .corrupt(path: url.path, format: "PNG or JPEG", reason: "it begins like neither")
        }
    }

    /// Reads a PNG or JPEG file as grey; of colors the luma.
    ///
    /// - Throws: ``ImageFileError`` for unreadable, corrupt or oversized files and other formats.
    public static func readGrey(_ url: URL) throws(ImageFileError) -> Plane<UInt8> {
        if try firstBytes(of: url) == [0x89, 0x50, 0x4E, 0x47] { return try PNGFile.readGrey(url) }
        let image = try read(url)
        let values = (0..<image.pixelCount).map { index in
            RGBColor(
                red: image.pixels[3 * index], green: image.pixels[3 * index + 1],
                blue: image.pixels[3 * index + 2]
            ).luma
        }
        return Plane(width: image.width, height: image.height, values: values)
    }

    private static func firstBytes(of url: URL) throws(ImageFileError) -> [UInt8] {
        let file: FileHandle
        do throws(FileError) { file = try RegularFile.open(url.path) } catch {
            throw .cannotRead(path: url.path, reason: error.reason)
        }
        defer { try? file.close() }
        do {
            return [UInt8](try file.read(upToCount: 4) ?? Data())
        } catch {
            throw .cannotRead(path: url.path, reason: error.localizedDescription)
        }
    }
}
