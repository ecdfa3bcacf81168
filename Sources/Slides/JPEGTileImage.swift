internal import CJPEG

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Level 0 of a plain tiled JPEG TIFF, decoded tile by tile without OpenSlide.
///
/// Compositing makes OpenSlide several times slower than JPEG alone, and it has no way to decode a tile at a
/// fraction of its size, for which libjpeg needs neither all frequencies nor the memory of all pixels. Only
/// files whose every property is understood are taken (see ``init(of:)``); the rest is OpenSlide's.
package struct JPEGTileImage {
    /// What became of one tile.
    package enum Outcome: Equatable {
        case decoded
        /// The file holds no bytes for this tile.
        case absent
        /// The bytes cannot be read, or libjpeg finds them damaged.
        case corrupt
        /// Not the kind of JPEG that the directory promises: for OpenSlide to decide.
        case unusual
    }

    /// Larger tiles are OpenSlide's: 12 MB of pixels.
    static let maximumTilePixels = 1 << 22
    /// libjpeg's quantization and Huffman tables need less than 2 kB.
    static let maximumTableBytes = 1 << 16

    package let width: Int
    package let height: Int
    package let tileWidth: Int
    package let tileHeight: Int
    package var columns: Int { (width + tileWidth - 1) / tileWidth }
    package var rows: Int { (height + tileHeight - 1) / tileHeight }

    private let opened: OpenedFile
    private let format: TIFFFormat
    private let directory: TIFFDirectory
    private let offsets: TIFFDirectory.Field
    private let byteCounts: TIFFDirectory.Field
    private let tables: [UInt8]
    private let isYCbCr: Bool

    /// Opens the file of a slide that passed its ``SlidePreflight``. Nil unless it is an Aperio or generic
    /// TIFF whose first directory is the slide's level 0, in JPEG tiles of three 8-bit samples, RGB or YCbCr,
    /// upright, with sides that are multiples of 16, and whose first stored tile decodes without complaint.
    package init?(of slide: SlideDescription) {
        guard slide.vendor == "aperio" || slide.vendor == "generic-tiff",
            let opened = OpenedFile(path: slide.path)
        else { return nil }
        let file = opened.file
        guard let head = try? file.bytes(at: 0, count: min(16, file.size)), let format = TIFFFormat(head),
            let directory = try? TIFFDirectory(file: file, format: format, offset: format.firstDirectory),
            directory.value(.imageWidth) == slide.width, directory.value(.imageLength) == slide.height,
            Self.isPlainJPEG(directory, file: file, format: format),
            let tileWidth = directory.value(.tileWidth),
            let tileHeight = directory.value(.tileLength),
            Self.isUsable(tileWidth: tileWidth, tileHeight: tileHeight),
            let offsets = directory.field(.tileOffsets), let byteCounts = directory.field(.tileByteCounts),
            let tables = Self.tables(of: directory, file: file)
        else { return nil }
        width = slide.width
        height = slide.height
        self.tileWidth = tileWidth
        self.tileHeight = tileHeight
        self.opened = opened
        self.format = format
        self.directory = directory
        self.offsets = offsets
        self.byteCounts = byteCounts
        self.tables = tables
        isYCbCr = directory.value(.photometric) == 6
        guard offsets.count == columns * rows, byteCounts.count == offsets.count, firstTileDecodes() else {
            return nil
        }
    }

    /// Bytes that a tile decoded at 1/`reduction` takes.
    package func byteCount(reduction: Int) -> Int {
        (tileWidth / reduction) * (tileHeight / reduction) * 3
    }

    /// Decodes one tile to R, G, B bytes, `tileWidth / reduction` pixels a row.
    ///
    /// - Parameters:
    ///   - reduction: 1, 2, 4 or 8. A reduced pixel is the average of `reduction`² ones as far as the
    ///     discrete cosine transform tells: exact for 8 (the constant term), within a gray level or two
    ///     otherwise.
    ///   - pixels: at least ``byteCount(reduction:)`` bytes; of no meaning unless the outcome is `decoded`.
    package func decode(
        column: Int, row: Int, reduction: Int = 1, into pixels: inout [UInt8]
    ) -> Outcome {
        precondition(column >= 0 && column < columns && row >= 0 && row < rows, "no tile \(column), \(row)")
        precondition([1, 2, 4, 8].contains(reduction), "reduction by \(reduction)")
        precondition(pixels.count >= byteCount(reduction: reduction), "a buffer of \(pixels.count) bytes")
        guard let place = place(ofTile: row * columns + column) else { return .corrupt }
        if place.isEmpty { return .absent }
        if place.count > maximumStreamBytes { return .unusual }
        guard let stream = try? opened.file.bytes(at: place.lowerBound, count: place.count) else {
            return .corrupt
        }
        let form = wsi_jpeg_tile_form(
            width: UInt32(tileWidth), height: UInt32(tileHeight), is_ycbcr: isYCbCr ? 1 : 0,
            reduction: UInt32(reduction))
        let code = pixels.withUnsafeMutableBufferPointer { target in
            wsi_jpeg_decode_tile(
                tables, tables.count, stream, stream.count, form, target.baseAddress, target.count)
        }
        switch Int(code) {
        case wsi_jpeg_tile_ok: return .decoded
        case wsi_jpeg_tile_unusual: return .unusual
        default: return .corrupt
        }
    }

    /// Where the bytes of a tile lie; empty for an absent tile, nil if that cannot be so. The index is read
    /// entry by entry, because that of a large slide has millions.
    private func place(ofTile index: Int) -> Range<Int>? {
        let file = opened.file
        let one = index..<(index + 1)
        guard
            let count = try? directory.values(of: byteCounts, in: one, file: file, format: format).first,
            let start = try? directory.values(of: offsets, in: one, file: file, format: format).first
        else { return nil }
        if count == 0 { return 0..<0 }
        let (end, overflow) = start.addingReportingOverflow(count)
        return overflow || end > file.size ? nil : start..<end
    }

    /// No sane encoder needs more than twice the bytes of the pixels.
    private var maximumStreamBytes: Int { byteCount(reduction: 1) * 2 + (1 << 16) }

    /// Whether the tiles are in fact what the directory says, by the example of the first that is stored.
    private func firstTileDecodes() -> Bool {
        var pixels = [UInt8](repeating: 0, count: byteCount(reduction: 8))
        for start in stride(from: 0, to: byteCounts.count, by: 65_536) {
            let range = start..<min(start + 65_536, byteCounts.count)
            guard
                let counts = try? directory.values(
                    of: byteCounts, in: range, file: opened.file, format: format)
            else { return false }
            guard let stored = counts.firstIndex(where: { $0 > 0 }) else { continue }
            let (row, column) = (start + stored).quotientAndRemainder(dividingBy: columns)
            return decode(column: column, row: row, reduction: 8, into: &pixels) == .decoded
        }
        return false
    }
}

// What makes a directory plain.
extension JPEGTileImage {
    private static func isPlainJPEG(
        _ directory: TIFFDirectory, file: RandomAccessFile, format: TIFFFormat
    ) -> Bool {
        /// Whether every value of a field is `value`, which is also what its absence means.
        func every(_ tag: TIFFDirectory.Tag, is value: Int) -> Bool {
            guard let field = directory.field(tag) else { return true }
            guard (1...3).contains(field.count) else { return false }
            let values = try? directory.values(of: field, in: 0..<field.count, file: file, format: format)
            return values?.allSatisfy { $0 == value } ?? false
        }
        let photometric = directory.value(.photometric)
        return directory.value(.compression) == 7 && (photometric == 2 || photometric == 6)
            && directory.value(.samplesPerPixel) == 3 && directory.field(.extraSamples) == nil
            && directory.field(.bitsPerSample) != nil && every(.bitsPerSample, is: 8)
            && every(.sampleFormat, is: 1) && every(.planarConfiguration, is: 1)
            && every(.orientation, is: 1) && every(.fillOrder, is: 1)
    }

    private static func isUsable(tileWidth: Int, tileHeight: Int) -> Bool {
        let sides = 16...TIFFDirectoryScan.maximumTileSide
        return sides.contains(tileWidth) && sides.contains(tileHeight)
            && tileWidth % 16 == 0 && tileHeight % 16 == 0 && tileWidth * tileHeight <= maximumTilePixels
    }

    /// The tables that the tiles share; empty if every tile has its own.
    private static func tables(of directory: TIFFDirectory, file: RandomAccessFile) -> [UInt8]? {
        guard let field = directory.field(.jpegTables) else { return [] }
        guard field.typeSize == 1, field.count <= maximumTableBytes else { return nil }
        return try? file.bytes(at: field.offset, count: field.count)
    }
}

/// Ownership of the descriptor of a regular file opened for reading; shared by all copies of an image.
private final class OpenedFile {
    let file: RandomAccessFile

    init?(path: String) {
        // O_NONBLOCK: the path may have become a named pipe since it was looked at.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        file = RandomAccessFile(descriptor: descriptor, size: Int(status.st_size), path: path)
    }

    deinit {
        close(file.descriptor)
    }
}
