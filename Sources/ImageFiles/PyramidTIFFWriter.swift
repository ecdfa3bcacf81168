internal import CTIFF
public import Foundation
public import Pixels

/// How the pixels of a written TIFF are stored.
public enum TIFFCompression: Sendable, Equatable {
    /// libtiff's JPEG codec in YCbCr with 4:2:0 chroma; `quality` 1-100.
    case jpegYCbCr(quality: Int)
    /// libtiff's JPEG codec on R, G, B as they are; `quality` 1-100.
    case jpegRGB(quality: Int)
    /// Lossless zlib ("Adobe deflate").
    case deflate
    case none
}

/// What every directory of a written TIFF says about the image beside its pixels.
public struct TIFFImageFacts: Sendable, Equatable {
    /// ImageDescription (tag 270). OpenSlide takes a file whose text starts with "Aperio" for an Aperio
    /// slide.
    public var description: String?
    /// Written as X/YResolution in pixels per cm, divided by the level's downsample; nil leaves those tags
    /// out.
    public var resolution: MicronsPerPixel?

    public init(description: String? = nil, resolution: MicronsPerPixel? = nil) {
        self.description = description
        self.resolution = resolution
    }
}

/// A streaming writer of tiled pyramidal TIFF files: level 0 first, then each reduced level as a further
/// directory with NewSubfileType 1.
///
/// Pixels are asked for tile by tile, so memory is one tile beside libtiff's tile index (16 bytes a tile).
/// Files are little-endian, hold no date, and so depend on nothing but the arguments (and the version of
/// libtiff and libjpeg).
public struct PyramidTIFFWriter: Sendable {
    /// One tile as the caller delivers it.
    public enum Tile: Sendable {
        /// `tileSide * tileSide * 3` bytes, R, G, B; also for tiles that reach over the right or lower
        /// border.
        case pixels([UInt8])
        /// Nothing to see here: treated as ``PyramidTIFFWriter/blankTiles`` says.
        case blank
    }

    /// What is stored for a blank tile.
    public enum BlankTiles: Sendable, Equatable {
        /// At full resolution nothing: offset and byte count 0, which OpenSlide shows as transparency in
        /// Aperio files (and reports as an error in generic TIFF); in reduced levels one shared tile of this
        /// color. For small files: OpenSlide 3.4.1 read the reduced levels of a 100,000 px slide of this kind
        /// no faster than in minutes.
        case absent(reduced: RGBColor)
        /// One tile of this color a level, to which all blank tiles of the level refer.
        case shared(RGBColor)
    }

    /// Size of one level in pixels.
    public struct Level: Sendable, Equatable {
        public let width: Int
        public let height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    public let levels: [Level]
    /// Side of a tile in pixels, a multiple of 16.
    public let tileSide: Int
    public let compression: TIFFCompression
    public let blankTiles: BlankTiles
    public let facts: TIFFImageFacts

    /// Traps on an empty list of levels, a level without pixels, or a tile side that TIFF does not allow.
    public init(
        levels: [Level], tileSide: Int = 256, compression: TIFFCompression,
        blankTiles: BlankTiles = .shared(.white),
        facts: TIFFImageFacts = TIFFImageFacts()
    ) {
        precondition(
            !levels.isEmpty && levels.allSatisfy { $0.width > 0 && $0.height > 0 }, "levels without pixels")
        precondition(tileSide > 0 && tileSide % 16 == 0, "tile side \(tileSide) is not a multiple of 16")
        self.levels = levels
        self.tileSide = tileSide
        self.compression = compression
        self.blankTiles = blankTiles
        self.facts = facts
    }

    /// Sizes of a pyramid whose levels are `1 / factor` of one another, rounded down so that every reduced
    /// pixel stands for whole pixels, until the longer side is at most `smallest`.
    public static func levels(width: Int, height: Int, factor: Int, smallest: Int) -> [Level] {
        precondition(factor > 1, "downsample factor \(factor)")
        var levels = [Level(width: width, height: height)]
        while let last = levels.last, max(last.width, last.height) > smallest,
            min(last.width, last.height) >= factor
        {
            levels.append(Level(width: last.width / factor, height: last.height / factor))
        }
        return levels
    }

    /// Columns and rows of the tile grid of a level.
    public func tileGrid(of level: LevelIndex) -> (columns: Int, rows: Int) {
        let size = levels[level.rawValue]
        return ((size.width + tileSide - 1) / tileSide, (size.height + tileSide - 1) / tileSide)
    }

    /// BigTIFF is chosen when the uncompressed pixels might not fit the 32-bit offsets of classic TIFF.
    public var needsBigTIFF: Bool {
        levels.reduce(0) { $0 + $1.width * $1.height * 3 } > 4_000_000_000
    }

    /// Writes the file at `url`, replacing it. `tile` is called once a tile: level by level from 0, row by
    /// row.
    ///
    /// - Throws: ``ImageFileError`` when the file cannot be written, or whatever error of that type `tile`
    ///   throws.
    public func write(
        to url: URL,
        tile: (_ level: LevelIndex, _ column: Int, _ row: Int) throws(ImageFileError) -> Tile
    ) throws(ImageFileError) {
        let file = try TIFFOutput(url, isBig: needsBigTIFF)
        for (index, size) in levels.enumerated() {
            let level = LevelIndex(rawValue: index)
            try file.beginImage(
                width: size.width, height: size.height, compression: compression, facts: facts(at: level),
                isReduced: index > 0)
            try file.set(TIFFTAG_TILEWIDTH, UInt32(tileSide))
            try file.set(TIFFTAG_TILELENGTH, UInt32(tileSide))
            try file.checkTiled()
            try writeTiles(of: level, to: file, tile: tile)
            try file.endImage()
        }
        try file.close()
    }

    private func writeTiles(
        of level: LevelIndex, to file: borrowing TIFFOutput,
        tile: (LevelIndex, Int, Int) throws(ImageFileError) -> Tile
    ) throws(ImageFileError) {
        let grid = tileGrid(of: level)
        var firstBlank: Int?
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                let index = row * grid.columns + column
                switch (try tile(level, column, row), blankTiles) {
                case (.pixels(let bytes), _):
                    precondition(bytes.count == tileSide * tileSide * 3, "tile of \(bytes.count) bytes")
                    try file.writeTile(index, bytes)
                case (.blank, .absent) where level == .full:
                    break
                case (.blank, .absent(let color)), (.blank, .shared(let color)):
                    if let firstBlank {
                        try file.shareTile(from: firstBlank, to: index)
                    } else {
                        firstBlank = index
                        let blank = RGBImage(width: tileSide, height: tileSide, filledWith: color)
                        try file.writeTile(index, blank.pixels)
                    }
                }
            }
        }
    }

    private func facts(at level: LevelIndex) -> TIFFImageFacts {
        let downsample = Double(levels[0].width) / Double(levels[level.rawValue].width)
        let resolution = facts.resolution.map { MicronsPerPixel(x: $0.x * downsample, y: $0.y * downsample) }
        return TIFFImageFacts(description: facts.description, resolution: resolution)
    }
}

/// Writer of ordinary TIFF images: one directory of strips, as cameras and image editors make them.
public enum StripTIFFWriter {
    /// Writes `image` in strips of `rowsPerStrip` rows (a multiple of 16 for JPEG), replacing the file at
    /// `url`.
    ///
    /// - Throws: ``ImageFileError`` when the file cannot be written.
    public static func write(
        _ image: RGBImage, to url: URL, compression: TIFFCompression, rowsPerStrip: Int = 16,
        facts: TIFFImageFacts = TIFFImageFacts()
    ) throws(ImageFileError) {
        let file = try TIFFOutput(url, isBig: image.pixels.count > 4_000_000_000)
        try file.beginImage(
            width: image.width, height: image.height, compression: compression, facts: facts, isReduced: false
        )
        try file.set(TIFFTAG_ROWSPERSTRIP, UInt32(rowsPerStrip))
        let rowBytes = image.width * 3
        for (index, top) in stride(from: 0, to: image.height, by: rowsPerStrip).enumerated() {
            let rows = min(rowsPerStrip, image.height - top)
            try file.writeStrip(index, Array(image.pixels[top * rowBytes..<(top + rows) * rowBytes]))
        }
        try file.endImage()
        try file.close()
    }
}

/// An open TIFF file that is being written. Closing without ``close()`` abandons what libtiff still holds.
private struct TIFFOutput: ~Copyable {
    private let handle: OpaquePointer
    private let message: UnsafeMutablePointer<wsi_TIFFMessage>
    private let path: String

    init(_ url: URL, isBig: Bool) throws(ImageFileError) {
        path = url.path
        message = .allocate(capacity: 1)
        message.initialize(to: wsi_TIFFMessage())
        // "l" pins the byte order, so that the bytes do not depend on the machine.
        guard let opened = wsi_TIFFOpenQuietly(url.path, isBig ? "wl8" : "wl", message) else {
            let reason = Self.text(of: message)
            message.deallocate()
            throw .cannotWrite(path: url.path, reason: reason)
        }
        handle = opened
    }

    deinit {
        TIFFClose(handle)
        message.deallocate()
    }

    func beginImage(
        width: Int, height: Int, compression: TIFFCompression, facts: TIFFImageFacts, isReduced: Bool
    ) throws(ImageFileError) {
        try set(TIFFTAG_SUBFILETYPE, UInt32(isReduced ? FILETYPE_REDUCEDIMAGE : 0))
        try set(TIFFTAG_IMAGEWIDTH, UInt32(width))
        try set(TIFFTAG_IMAGELENGTH, UInt32(height))
        try set(TIFFTAG_BITSPERSAMPLE, UInt16(8))
        try set(TIFFTAG_SAMPLESPERPIXEL, UInt16(3))
        try set(TIFFTAG_PLANARCONFIG, UInt16(PLANARCONFIG_CONTIG))
        try set(TIFFTAG_ORIENTATION, UInt16(ORIENTATION_TOPLEFT))
        try set(compression)
        if let description = facts.description {
            try check(wsi_TIFFSetString(handle, UInt32(TIFFTAG_IMAGEDESCRIPTION), description))
        }
        if let resolution = facts.resolution {
            try set(TIFFTAG_RESOLUTIONUNIT, UInt16(RESUNIT_CENTIMETER))
            try check(wsi_TIFFSetDouble(handle, UInt32(TIFFTAG_XRESOLUTION), 10_000 / resolution.x))
            try check(wsi_TIFFSetDouble(handle, UInt32(TIFFTAG_YRESOLUTION), 10_000 / resolution.y))
        }
    }

    private func set(_ compression: TIFFCompression) throws(ImageFileError) {
        switch compression {
        case .jpegYCbCr(let quality):
            try set(TIFFTAG_COMPRESSION, UInt16(COMPRESSION_JPEG))
            try set(TIFFTAG_PHOTOMETRIC, UInt16(PHOTOMETRIC_YCBCR))
            try check(wsi_TIFFSetUInt16Pair(handle, UInt32(TIFFTAG_YCBCRSUBSAMPLING), 2, 2))
            try set(TIFFTAG_JPEGCOLORMODE, UInt32(JPEGCOLORMODE_RGB))
            try set(TIFFTAG_JPEGQUALITY, UInt32(quality))
        case .jpegRGB(let quality):
            try set(TIFFTAG_COMPRESSION, UInt16(COMPRESSION_JPEG))
            try set(TIFFTAG_PHOTOMETRIC, UInt16(PHOTOMETRIC_RGB))
            try set(TIFFTAG_JPEGQUALITY, UInt32(quality))
        case .deflate:
            try set(TIFFTAG_COMPRESSION, UInt16(COMPRESSION_ADOBE_DEFLATE))
            try set(TIFFTAG_PHOTOMETRIC, UInt16(PHOTOMETRIC_RGB))
        case .none:
            try set(TIFFTAG_COMPRESSION, UInt16(COMPRESSION_NONE))
            try set(TIFFTAG_PHOTOMETRIC, UInt16(PHOTOMETRIC_RGB))
        }
    }

    func set(_ tag: Int32, _ value: UInt16) throws(ImageFileError) {
        try check(wsi_TIFFSetUInt16(handle, UInt32(tag), value))
    }

    func set(_ tag: Int32, _ value: UInt32) throws(ImageFileError) {
        try check(wsi_TIFFSetUInt32(handle, UInt32(tag), value))
    }

    /// Makes libtiff set up its tile index even if no tile follows (a level without tissue).
    func checkTiled() throws(ImageFileError) {
        try check(TIFFWriteCheck(handle, 1, "wsi-screen"))
    }

    func writeTile(_ index: Int, _ bytes: [UInt8]) throws(ImageFileError) {
        // libtiff's parameter is not const, and codecs may work in place: a copy of ours.
        var copy = bytes
        try check(TIFFWriteEncodedTile(handle, UInt32(index), &copy, tmsize_t(copy.count)) < 0 ? 0 : 1)
    }

    func writeStrip(_ index: Int, _ bytes: [UInt8]) throws(ImageFileError) {
        var copy = bytes
        try check(TIFFWriteEncodedStrip(handle, UInt32(index), &copy, tmsize_t(copy.count)) < 0 ? 0 : 1)
    }

    func shareTile(from: Int, to: Int) throws(ImageFileError) {
        try check(wsi_TIFFShareTile(handle, UInt32(from), UInt32(to)))
    }

    func endImage() throws(ImageFileError) {
        try check(TIFFWriteDirectory(handle))
    }

    /// Brings everything to the operating system; a full disk is noticed here at the latest.
    consuming func close() throws(ImageFileError) {
        try check(TIFFFlush(handle))
    }

    private func check(_ result: Int32) throws(ImageFileError) {
        guard result != 0 else { throw .cannotWrite(path: path, reason: Self.text(of: message)) }
    }

    private static func text(of message: UnsafeMutablePointer<wsi_TIFFMessage>) -> String {
        let text = withUnsafeBytes(of: message.pointee.text) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return text.isEmpty ? "libtiff gave no reason" : text
    }
}
