/// How many tiles of the first tiled image of a TIFF the file really contains.
public struct TileCensus: Sendable, Equatable {
    /// 0 if no image in the file is tiled.
    public let total: Int
    /// Tiles that begin or end beyond the end of the file.
    public let beyondEnd: Int

    package init(total: Int, beyondEnd: Int) {
        self.total = total
        self.beyondEnd = beyondEnd
    }
}

/// A walk over the directories of a TIFF or BigTIFF before any library sees it, in overflow-checked
/// arithmetic.
///
/// It rejects what is known to kill or hang OpenSlide 3.4 (dimension bombs, loops) and counts tiles that a
/// truncated copy has lost. Tag numbers: TIFF 6.0 specification; BigTIFF: libtiff's design note.
enum TIFFDirectoryScan {
    static let maximumDirectories = 1_000
    static let maximumEntries = 4_096
    static let maximumTileSide = 8_192
    static let maximumTileBytes = 256 << 20
    static let maximumPixels = 1 << 40
    static let maximumTiles = 50_000_000

    /// - Returns: nil if the file is not a TIFF, or one of Hamamatsu's NDPI files, whose offsets do not
    ///   follow the standard.
    /// - Throws: `truncated` or `bad_tiff`.
    static func census(of file: RandomAccessFile) throws(SlideFailure) -> TileCensus? {
        guard file.size >= 8 else { return nil }
        let head = try file.bytes(at: 0, count: min(16, file.size))
        guard let format = TIFFFormat(head), format.isBig || file.size <= Int(UInt32.max) else { return nil }
        var visited: Set<Int> = []
        var offset = format.firstDirectory
        var first: TileCensus?
        while offset != 0 {
            guard visited.insert(offset).inserted else {
                throw SlideFailure(.badTIFF, path: file.path, detail: "the TIFF's directories form a loop")
            }
            guard visited.count <= maximumDirectories else {
                throw SlideFailure(
                    .badTIFF, path: file.path, detail: "the TIFF has over \(maximumDirectories) directories")
            }
            let directory = try TIFFDirectory(file: file, format: format, offset: offset)
            // Before the way out for NDPI: a private tag must not carry a bomb past the check.
            try checkSizes(directory, path: file.path)
            if directory.isNDPI { return nil }
            try directory.checkExtents(file: file)
            if first == nil { first = try count(directory, file: file, format: format) }
            offset = directory.next
        }
        guard !visited.isEmpty else {
            throw SlideFailure(.badTIFF, path: file.path, detail: "the TIFF has no directory")
        }
        return first ?? TileCensus(total: 0, beyondEnd: 0)
    }

    private static func checkSizes(_ directory: TIFFDirectory, path: String) throws(SlideFailure) {
        let (width, height) = (directory.value(.imageWidth) ?? 0, directory.value(.imageLength) ?? 0)
        let samples = directory.value(.samplesPerPixel) ?? 1
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, pixels <= maximumPixels, samples <= 64 else {
            throw SlideFailure(
                .badTIFF, path: path,
                detail: "a directory claims \(width) x \(height) pixels of \(samples) samples")
        }
        guard let tileWidth = directory.value(.tileWidth), let tileHeight = directory.value(.tileLength)
        else { return }
        let bits = max(directory.value(.bitsPerSample) ?? 8, 8)
        guard (1...maximumTileSide).contains(tileWidth), (1...maximumTileSide).contains(tileHeight),
            tileWidth * tileHeight * samples * min(bits, 64) / 8 <= maximumTileBytes
        else {
            throw SlideFailure(
                .badTIFF, path: path,
                detail:
                    "a directory claims tiles of \(tileWidth) x \(tileHeight) pixels of \(samples) samples")
        }
    }

    private static func count(
        _ directory: TIFFDirectory, file: RandomAccessFile, format: TIFFFormat
    ) throws(SlideFailure) -> TileCensus? {
        guard let offsets = directory.field(.tileOffsets), let sizes = directory.field(.tileByteCounts) else {
            return nil
        }
        guard offsets.count == sizes.count, offsets.count <= maximumTiles else {
            throw SlideFailure(
                .badTIFF, path: file.path,
                detail: "\(offsets.count) tile offsets against \(sizes.count) tile sizes")
        }
        var beyond = 0
        // In pieces: the arrays of a large slide have millions of entries.
        for start in stride(from: 0, to: offsets.count, by: 65_536) {
            let range = start..<min(start + 65_536, offsets.count)
            let places = try directory.values(of: offsets, in: range, file: file, format: format)
            let lengths = try directory.values(of: sizes, in: range, file: file, format: format)
            for (place, length) in zip(places, lengths) where length > 0 {
                let (end, overflow) = place.addingReportingOverflow(length)
                if overflow || end > file.size { beyond += 1 }
            }
        }
        return TileCensus(total: offsets.count, beyondEnd: beyond)
    }
}
