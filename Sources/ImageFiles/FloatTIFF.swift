internal import CTIFF
public import Pixels

/// A one-channel float32 TIFF with physical resolution, as tifffile, QuPath and Fiji read it: the heatmap.
public enum FloatTIFF {
    /// Writes `plane` to `path`, compressed without loss (deflate), in strips. The caller renames it into
    /// place.
    ///
    /// - Parameters:
    ///   - micronsPerPixelX, micronsPerPixelY: physical size of a value, written as resolution per
    ///     centimeter.
    ///   - description: text for the ImageDescription tag.
    public static func write(
        _ plane: Plane<Float>, to path: String, micronsPerPixelX: Double, micronsPerPixelY: Double,
        description: String
    ) throws(ImageFileError) {
        wsi_TIFFSilence()
        guard let tiff = TIFFOpen(path, "wl") else {
            throw .cannotWrite(path: path, reason: "libtiff cannot create it")
        }
        defer { TIFFClose(tiff) }
        let rowsPerStrip = max(1, min(plane.height, (1 << 16) / max(1, plane.width * 4)))
        let numbers: [(Int32, UInt32)] = [
            (TIFFTAG_IMAGEWIDTH, UInt32(plane.width)), (TIFFTAG_IMAGELENGTH, UInt32(plane.height)),
            (TIFFTAG_ROWSPERSTRIP, UInt32(rowsPerStrip)),
        ]
        let shorts: [(Int32, Int32)] = [
            (TIFFTAG_BITSPERSAMPLE, 32), (TIFFTAG_SAMPLESPERPIXEL, 1),
            (TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP),
            (TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK), (TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG),
            (TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE), (TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER),
        ]
        for (tag, value) in numbers { _ = wsi_TIFFSetUInt32(tiff, UInt32(tag), value) }
        for (tag, value) in shorts { _ = wsi_TIFFSetUInt16(tiff, UInt32(tag), UInt16(value)) }
        _ = wsi_TIFFSetDouble(tiff, UInt32(TIFFTAG_XRESOLUTION), 10_000 / micronsPerPixelX)
        _ = wsi_TIFFSetDouble(tiff, UInt32(TIFFTAG_YRESOLUTION), 10_000 / micronsPerPixelY)
        _ = wsi_TIFFSetString(tiff, UInt32(TIFFTAG_IMAGEDESCRIPTION), description)
        for row in 0..<plane.height {
            var line = Array(plane.values[(row * plane.width)..<((row + 1) * plane.width)])
            guard TIFFWriteScanline(tiff, &line, UInt32(row), 0) == 1 else {
                throw .cannotWrite(path: path, reason: "libtiff failed at row \(row)")
            }
        }
        guard TIFFFlush(tiff) == 1 else {
            throw .cannotWrite(path: path, reason: "libtiff failed at the end")
        }
    }
}
