/// Byte order and flavor of a TIFF.
struct TIFFFormat {
    let isBig: Bool
    let isLittleEndian: Bool
    let firstDirectory: Int

    /// Nil if the bytes do not begin a TIFF.
    init?(_ head: [UInt8]) {
        guard head.count >= 8 else { return nil }
        switch (head[0], head[1]) {
        case (0x49, 0x49): isLittleEndian = true
        case (0x4D, 0x4D): isLittleEndian = false
        default: return nil
        }
        let order = isLittleEndian
        func number(_ offset: Int, _ count: Int) -> Int {
            Self.integer(head[offset..<(offset + count)], littleEndian: order)
        }
        switch number(2, 2) {
        case 42:
            isBig = false
            firstDirectory = number(4, 4)
        case 43 where head.count >= 16:
            isBig = true
            firstDirectory = number(8, 8)
        default: return nil
        }
    }

    /// An unsigned number of at most 8 bytes; what does not fit `Int` becomes `Int.max`, which every check
    /// refuses.
    static func integer(_ bytes: ArraySlice<UInt8>, littleEndian: Bool) -> Int {
        var value: UInt64 = 0
        for byte in littleEndian ? Array(bytes.reversed()) : Array(bytes) {
            value = value << 8 | UInt64(byte)
        }
        return Int(clamping: value)
    }

    func integer(_ bytes: ArraySlice<UInt8>) -> Int { Self.integer(bytes, littleEndian: isLittleEndian) }
}

/// One image file directory: its fields, not yet the arrays they point to.
struct TIFFDirectory {
    enum Tag: Int {
        case imageWidth = 256
        case imageLength = 257
        case bitsPerSample = 258
        case compression = 259
        case photometric = 262
        case fillOrder = 266
        case orientation = 274
        case samplesPerPixel = 277
        case planarConfiguration = 284
        case tileWidth = 322
        case tileLength = 323
        case tileOffsets = 324
        case tileByteCounts = 325
        case extraSamples = 338
        case sampleFormat = 339
        case jpegTables = 347
    }

    struct Field {
        let typeSize: Int
        let count: Int
        /// Where the values lie in the file.
        let offset: Int
    }

    /// Offset of the next directory, 0 for none.
    let next: Int
    private let fields: [Int: Field]
    private let first: [Int: Int]

    init(file: RandomAccessFile, format: TIFFFormat, offset: Int) throws(SlideFailure) {
        let countSize = format.isBig ? 8 : 2
        let entrySize = format.isBig ? 20 : 12
        let pointerSize = format.isBig ? 8 : 4
        let entryCount = format.integer(try file.bytes(at: offset, count: countSize)[...])
        guard (1...TIFFDirectoryScan.maximumEntries).contains(entryCount) else {
            throw SlideFailure(
                .badTIFF, path: file.path, detail: "a TIFF directory claims \(entryCount) entries")
        }
        let start = offset + countSize
        let table = try file.bytes(at: start, count: entryCount * entrySize + pointerSize)
        var fields: [Int: Field] = [:]
        var first: [Int: Int] = [:]
        var seen: Set<Int> = []
        for entry in 0..<entryCount {
            let at = entry * entrySize
            let tag = format.integer(table[at..<(at + 2)])
            let type = format.integer(table[(at + 2)..<(at + 4)])
            let count = format.integer(table[(at + 4)..<(at + 4 + pointerSize)])
            // Of a repeated tag libtiff takes the first and ignores the others; so must the checks.
            guard seen.insert(tag).inserted, let size = Self.typeSizes[type] else { continue }
            let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, Tag(rawValue: tag) == nil || bytes <= file.size else {
                throw SlideFailure(.badTIFF, path: file.path, detail: "tag \(tag) claims \(count) values")
            }
            let valueAt = at + 4 + pointerSize
            let inline = bytes <= pointerSize
            let place = inline ? start + valueAt : format.integer(table[valueAt..<(valueAt + pointerSize)])
            fields[tag] = Field(typeSize: size, count: count, offset: place)
            if inline, count > 0 { first[tag] = format.integer(table[valueAt..<(valueAt + size)]) }
        }
        self.fields = fields
        self.first = first
        next = format.integer(table[(entryCount * entrySize)...])
    }

    /// Whether the values of every standard tag lie within the file; a copy that lost its end often keeps its
    /// directories and loses such values. Private tags (32,768 and above) may hold anything.
    func checkExtents(file: RandomAccessFile) throws(SlideFailure) {
        for (tag, field) in fields.sorted(by: { $0.key < $1.key }) where tag < 32_768 {
            let (end, overflow) = field.offset.addingReportingOverflow(field.count * field.typeSize)
            if overflow || end > file.size {
                throw SlideFailure(
                    .truncated, path: file.path,
                    detail: "the file has \(file.size) bytes but the values of tag \(tag) end at byte \(end)")
            }
        }
    }

    /// Hamamatsu marks its files with this private tag.
    var isNDPI: Bool { fields[65_420] != nil }

    func field(_ tag: Tag) -> Field? { fields[tag.rawValue] }

    /// The first value of a field that is stored in the directory itself.
    func value(_ tag: Tag) -> Int? { first[tag.rawValue] }

    func values(
        of field: Field, in range: Range<Int>, file: RandomAccessFile, format: TIFFFormat
    ) throws(SlideFailure) -> [Int] {
        let start = field.offset.addingReportingOverflow(range.lowerBound * field.typeSize)
        let bytes = try file.bytes(
            at: start.overflow ? Int.max : start.partialValue, count: range.count * field.typeSize)
        return stride(from: 0, to: bytes.count, by: field.typeSize).map { at in
            format.integer(bytes[at..<(at + field.typeSize)])
        }
    }

    /// Bytes of a value by field type, 1 (BYTE) to 12 (DOUBLE), then IFD and the three types of BigTIFF.
    private static let typeSizes = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
    ]
}
