/// The bytes of a TIFF as a test wants them, right or wrong.
struct HandmadeTIFF {
    struct Field {
        var tag: Int
        var type: Int
        var values: [UInt64]

        /// SHORT, LONG (or LONG8 where the value asks for it): what a writer would choose.
        static func number(_ tag: Int, _ value: UInt64) -> Field {
            Field(tag: tag, type: value > UInt64(UInt32.max) ? 16 : 4, values: [value])
        }

        fileprivate var valueSize: Int { [1: 1, 3: 2, 4: 4, 12: 8, 16: 8][type] ?? 1 }
    }

    var isBig = false
    var isLittleEndian = true
    var directories: [[Field]]
    /// What the first directory claims as its number of entries, if not the truth.
    var claimedEntries: UInt64?
    /// What the header gives as the place of the first directory, if not the truth.
    var claimedFirst: UInt64?
    /// The place after the last directory; 0 ends the chain.
    var lastLink: UInt64 = 0
    /// Bytes between header and first directory, where tiles may lie.
    var dataBytes = 0

    /// Where the data bytes begin, and where the first directory does.
    static let dataStart = 16
    var firstDirectory: Int { Self.dataStart + dataBytes }

    func bytes() -> [UInt8] {
        var file: [UInt8] = isLittleEndian ? [0x49, 0x49] : [0x4D, 0x4D]
        let pointer = isBig ? 8 : 4
        file += number(isBig ? 43 : 42, 2)
        if isBig { file += number(8, 2) + number(0, 2) }
        file += number(claimedFirst ?? UInt64(firstDirectory), pointer)
        file += [UInt8](repeating: 0, count: firstDirectory - file.count)
        for (index, fields) in directories.enumerated() {
            let entries = index == 0 ? claimedEntries ?? UInt64(fields.count) : UInt64(fields.count)
            file += number(entries, isBig ? 8 : 2)
            var overflow: [UInt8] = []
            let end = file.count + fields.count * (isBig ? 20 : 12) + pointer
            for field in fields {
                file += number(UInt64(field.tag), 2) + number(UInt64(field.type), 2)
                file += number(UInt64(field.values.count), pointer)
                let content = field.values.flatMap { number($0, field.valueSize) }
                if content.count <= pointer {
                    file += content + [UInt8](repeating: 0, count: pointer - content.count)
                } else {
                    file += number(UInt64(end + overflow.count), pointer)
                    overflow += content
                }
            }
            let isLast = index == directories.count - 1
            file += number(isLast ? lastLink : UInt64(end + overflow.count), pointer)
            file += overflow
        }
        return file
    }

    private func number(_ value: UInt64, _ size: Int) -> [UInt8] {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        return isLittleEndian ? bytes : bytes.reversed()
    }
}

extension HandmadeTIFF {
    /// One tiled image of `tiles` tiles of 256 px in a row.
    static func tiled(
        offsets: [UInt64], lengths: [UInt64], isBig: Bool = false, isLittleEndian: Bool = true,
        dataBytes: Int = 0
    ) -> HandmadeTIFF {
        let wide = isBig ? 16 : 4
        return HandmadeTIFF(
            isBig: isBig, isLittleEndian: isLittleEndian,
            directories: [
                [
                    .number(256, UInt64(256 * offsets.count)), .number(257, 256),
                    Field(tag: 258, type: 3, values: [8, 8, 8]), Field(tag: 277, type: 3, values: [3]),
                    .number(322, 256), .number(323, 256),
                    Field(tag: 324, type: wide, values: offsets), Field(tag: 325, type: 4, values: lengths),
                ]
            ], dataBytes: dataBytes)
    }
}
