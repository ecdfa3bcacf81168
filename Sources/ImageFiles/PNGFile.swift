internal import CPNG
public import Foundation
public import Pixels

/// PNG through libpng, with a decoder that leaves the numbers alone.
public enum PNGFile {
    /// Longest accepted side in pixels, checked before memory is taken (libpng's own limit is a million).
    public static let sideLimit = 16_384
    /// Most accepted pixels, those of a square of 11,585: half a gigabyte with alpha.
    public static let pixelLimit = 1 << 27

    /// Reads any PNG as 8-bit RGB: palettes are expanded, grey is repeated, 16 bits are scaled to 8 with rounding,
    /// transparency is composited on white; gamma is ignored, since measurements want the file's numbers.
    ///
    /// - Throws: ``ImageFileError`` for unreadable, corrupt or oversized files.
    public static func read(_ url: URL) throws(ImageFileError) -> RGBImage {
        let (form, samples) = try decode(url)
        let count = Int(form.width) * Int(form.height)
        if form.channels == 3 {
            return RGBImage(width: Int(form.width), height: Int(form.height), pixels: samples)
        }
        let (channels, isGrey) = (Int(form.channels), form.channels < 3)
        var pixels = [UInt8](repeating: 0, count: 3 * count)
        for index in 0..<count {
            let alpha = channels % 2 == 0 ? samples[index * channels + channels - 1] : 255
            for channel in 0..<3 {
                let sample = samples[index * channels + (isGrey ? 0 : channel)]
                pixels[3 * index + channel] = onWhite(sample, alpha)
            }
        }
        return RGBImage(width: Int(form.width), height: Int(form.height), pixels: pixels)
    }

    /// Reads any PNG as 8-bit grey: as ``read(_:)``, and of colors the luma.
    ///
    /// - Throws: ``ImageFileError`` for unreadable, corrupt or oversized files.
    public static func readGrey(_ url: URL) throws(ImageFileError) -> Plane<UInt8> {
        let (form, samples) = try decode(url)
        let (width, height) = (Int(form.width), Int(form.height))
        switch form.channels {
        case 1: return Plane(width: width, height: height, values: samples)
        case 2:
            let values = stride(from: 0, to: samples.count, by: 2).map {
                onWhite(samples[$0], samples[$0 + 1])
            }
            return Plane(width: width, height: height, values: values)
        default:
            let channels = Int(form.channels)
            let values = stride(from: 0, to: samples.count, by: channels).map { index in
                let alpha = channels == 4 ? samples[index + 3] : 255
                let color = RGBColor(
                    red: onWhite(samples[index], alpha), green: onWhite(samples[index + 1], alpha),
                    blue: onWhite(samples[index + 2], alpha))
                return color.luma
            }
            return Plane(width: width, height: height, values: values)
        }
    }

    @inline(__always)
    private static func onWhite(_ sample: UInt8, _ alpha: UInt8) -> UInt8 {
        let opaque = Int(sample) * Int(alpha)
        let white = 255 * (255 - Int(alpha))
        return UInt8((opaque + white + 127) / 255)
    }

    private static func decode(_ url: URL) throws(ImageFileError) -> (wsi_png_form, [UInt8]) {
        let bytes = try readBytes(of: url)
        var form = wsi_png_form()
        var text = [CChar](repeating: 0, count: Int(WSI_PNG_MESSAGE))
        func corrupt() -> ImageFileError {
            .corrupt(path: url.path, format: "PNG", reason: words(text))
        }
        let isReadable = bytes.withUnsafeBytes { source in
            guard let start = source.bindMemory(to: UInt8.self).baseAddress else { return false }
            return wsi_png_decode(start, source.count, nil, &form, &text) == 0
        }
        guard isReadable else { throw corrupt() }
        let (width, height) = (Int(form.width), Int(form.height))
        guard max(width, height) <= sideLimit, width * height <= pixelLimit else {
            let limit = max(width, height) > sideLimit ? sideLimit : 11_585
            throw .tooLarge(path: url.path, width: width, height: height, limit: limit)
        }
        var samples = [UInt8](repeating: 0, count: width * height * Int(form.channels))
        let isDecoded = bytes.withUnsafeBytes { source in
            guard let start = source.bindMemory(to: UInt8.self).baseAddress else { return false }
            return wsi_png_decode(start, source.count, &samples, &form, &text) == 0
        }
        guard isDecoded else { throw corrupt() }
        return (form, samples)
    }

    /// zlib's level. On films and tiles 2 takes a quarter of the time of the usual 6, for files that are larger by 15 %
    /// and 2 %.
    private static let compressionLevel: Int32 = 2

    /// The PNG file of an RGB image, as bytes.
    public static func encode(_ image: RGBImage) throws(ImageFileError) -> [UInt8] {
        try encode(image.pixels, width: image.width, height: image.height, channels: 3)
    }

    /// The PNG file of an 8-bit grey image, as bytes.
    public static func encode(_ plane: Plane<UInt8>) throws(ImageFileError) -> [UInt8] {
        try encode(plane.values, width: plane.width, height: plane.height, channels: 1)
    }

    private static func encode(
        _ pixels: [UInt8], width: Int, height: Int, channels: Int
    ) throws(ImageFileError) -> [UInt8] {
        let form = wsi_png_form(
            width: UInt32(width), height: UInt32(height), channels: UInt32(channels))
        // zlib's worst case plus headers: never too small, so that one pass suffices.
        let rows = height * (width * channels + 1)
        var size = rows + rows / 1000 + 12 * (rows / 8192 + 2) + 1024
        var text = [CChar](repeating: 0, count: Int(WSI_PNG_MESSAGE))
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            guard let start = target.baseAddress else { return }
            failed = wsi_png_encode(pixels, form, compressionLevel, start, &size, &text) != 0
            count = failed ? 0 : size
        }
        guard !failed else { throw .cannotWrite(path: "PNG", reason: words(text)) }
        return bytes
    }

    /// A message of libpng.
    private static func words(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
