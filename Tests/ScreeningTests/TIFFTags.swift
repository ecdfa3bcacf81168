/// Just enough of a classic little-endian TIFF to check what was written: the values of the first directory.
struct TIFFTags {
    private let bytes: [UInt8]
    private var places: [Int: (type: Int, at: Int)] = [:]

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.count > 8, bytes[0...3] == [0x49, 0x49, 42, 0] else { return nil }
        let start = Self.integer(bytes[4..<8])
        for entry in 0..<Self.integer(bytes[start..<(start + 2)]) {
            let at = start + 2 + entry * 12
            places[Self.integer(bytes[at..<(at + 2)])] = (Self.integer(bytes[(at + 2)..<(at + 4)]), at + 8)
        }
    }

    func integer(_ tag: Int) -> Int? {
        places[tag].map { Self.integer(bytes[$0.at..<($0.at + ($0.type == 3 ? 2 : 4))]) }
    }

    func rational(_ tag: Int) -> Double? {
        guard let place = places[tag] else { return nil }
        let at = Self.integer(bytes[place.at..<(place.at + 4)])
        return Double(Self.integer(bytes[at..<(at + 4)])) / Double(Self.integer(bytes[(at + 4)..<(at + 8)]))
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
