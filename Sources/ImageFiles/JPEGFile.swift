internal import CJPEG
public import Foundation
public import Pixels

/// Baseline and progressive JPEG through the system's libjpeg.
public enum JPEGFile {
    /// Longest accepted side in pixels, checked before memory is taken.
    public static let sideLimit = 20_000

    /// Reads a JPEG file as RGB. Corrupt data that libjpeg merely warns about is refused too.
    ///
    /// - Throws: ``ImageFileError`` for unreadable, corrupt or oversized files.
    public static func read(_ url: URL) throws(ImageFileError) -> RGBImage {
        let bytes = try readBytes(of: url)
        return try decode(bytes, path: url.path)
    }

    /// Decodes a JPEG stream; `path` only serves error texts.
    static func decode(_ bytes: [UInt8], path: String) throws(ImageFileError) -> RGBImage {
        var size: (width: UInt32, height: UInt32) = (0, 0)
        try run(bytes, path: path, into: nil, size: &size)
        let (width, height) = (Int(size.width), Int(size.height))
        guard width > 0, height > 0, max(width, height) <= sideLimit, width * height <= PNGFile.pixelLimit
        else {
            let limit = max(width, height) > sideLimit ? sideLimit : 11_585
            throw .tooLarge(path: path, width: width, height: height, limit: limit)
        }
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        try pixels.withUnsafeMutableBufferPointer { buffer throws(ImageFileError) in
            try run(bytes, path: path, into: buffer.baseAddress, size: &size)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private static func run(
        _ bytes: [UInt8], path: String, into pixels: UnsafeMutablePointer<UInt8>?,
        size: inout (width: UInt32, height: UInt32)
    ) throws(ImageFileError) {
        var warnings = 0
        var message = [CChar](repeating: 0, count: Int(JMSG_LENGTH_MAX))
        let failed = bytes.withUnsafeBufferPointer { source in
            wsi_jpeg_decode(
                source.baseAddress, source.count, pixels, &size.width, &size.height, &warnings, &message)
        }
        guard failed == 0 else {
            let text = String(
                decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw .corrupt(path: path, format: "JPEG", reason: text)
        }
        guard warnings == 0 else {
            throw .corrupt(
                path: path, format: "JPEG", reason: "corrupt image data (\(warnings) warnings of libjpeg)")
        }
    }
}

extension JPEGFile {
    /// The JPEG file of an RGB image, as bytes: baseline, no chroma subsampling.
    ///
    /// - Parameter quality: libjpeg's, 1 to 100.
    public static func encode(_ image: RGBImage, quality: Int) throws(ImageFileError) -> [UInt8] {
        precondition((1...100).contains(quality), "JPEG quality \(quality)")
        var message = [CChar](repeating: 0, count: Int(JMSG_LENGTH_MAX))
        var target: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        defer { free(target) }
        let failed = wsi_jpeg_encode(
            image.pixels, UInt32(image.width), UInt32(image.height), Int32(quality), &target, &count, &message
        )
        guard failed == 0, let target else {
            let text = String(
                decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw .cannotWrite(path: "JPEG", reason: text)
        }
        return [UInt8](UnsafeBufferPointer(start: target, count: Int(count)))
    }
}

/// Bytes of the largest image file that is read: no image within the limits on sides comes near it.
private let fileLimit = 1 << 30

/// All bytes of a file, with the system's reason when that fails.
func readBytes(of url: URL) throws(ImageFileError) -> [UInt8] {
    let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize
    guard size ?? 0 <= fileLimit else {
        throw .cannotRead(path: url.path, reason: "it has more than 1 GiB, which no image needs")
    }
    do {
        return [UInt8](try Data(contentsOf: url, options: .mappedIfSafe))
    } catch {
        throw .cannotRead(path: url.path, reason: error.localizedDescription)
    }
}
