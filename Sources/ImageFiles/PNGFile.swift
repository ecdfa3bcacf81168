internal import CPNG
public import Foundation
public import Pixels

/// PNG through libpng's simplified interface, which reports errors as values instead of by longjmp.
public enum PNGFile {
    /// Longest accepted side in pixels, checked before memory is taken (libpng's own limit is a million).
    public static let sideLimit = 16_384

    /// Reads any PNG as 8-bit RGB: palettes are expanded, grey is repeated, 16 bits are reduced to 8,
    /// transparency is composited on white.
    ///
    /// - Throws: ``ImageFileError`` for unreadable, corrupt or oversized files.
    public static func read(_ url: URL) throws(ImageFileError) -> RGBImage {
        let bytes = try readBytes(of: url)
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard
            bytes.withUnsafeBytes({ png_image_begin_read_from_memory(&image, $0.baseAddress, $0.count) }) != 0
        else { throw .corrupt(path: url.path, format: "PNG", reason: message(of: image)) }
        let (width, height) = (Int(image.width), Int(image.height))
        guard max(width, height) <= sideLimit else {
            throw .tooLarge(path: url.path, width: width, height: height, limit: sideLimit)
        }
        image.format = UInt32(PNG_FORMAT_RGB)
        var white = png_color(red: 255, green: 255, blue: 255)
        var pixels = [UInt8](repeating: 255, count: width * height * 3)
        // The stream is read again inside this call, so the source bytes must still be where they were.
        let finished = bytes.withUnsafeBytes { source in
            image.opaque == nil || source.isEmpty
                ? 0 : png_image_finish_read(&image, &white, &pixels, Int32(width * 3), nil)
        }
        guard finished != 0 else { throw .corrupt(path: url.path, format: "PNG", reason: message(of: image)) }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The PNG file of an RGB image, as bytes.
    public static func encode(_ image: RGBImage) throws(ImageFileError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height, bytesPerPixel: 3,
            format: UInt32(PNG_FORMAT_RGB))
    }

    /// The PNG file of an 8-bit grey image, as bytes.
    public static func encode(_ plane: Plane<UInt8>) throws(ImageFileError) -> [UInt8] {
        try encode(
            plane.values, width: plane.width, height: plane.height, bytesPerPixel: 1,
            format: UInt32(PNG_FORMAT_GRAY))
    }

    private static func encode(
        _ pixels: [UInt8], width: Int, height: Int, bytesPerPixel: Int, format: UInt32
    ) throws(ImageFileError) -> [UInt8] {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = format
        defer { png_image_free(&image) }
        // zlib's worst case plus headers: never too small, so that one pass suffices.
        let rows = height * (width * bytesPerPixel + 1)
        var size = rows + rows / 1000 + 12 * (rows / 8192 + 2) + 1024
        var bytes = [UInt8](repeating: 0, count: size)
        guard
            png_image_write_to_memory(&image, &bytes, &size, 0, pixels, Int32(width * bytesPerPixel), nil)
                != 0
        else { throw .cannotWrite(path: "PNG", reason: message(of: image)) }
        bytes.removeLast(bytes.count - size)
        return bytes
    }

    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
