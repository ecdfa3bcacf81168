/// Element types of safetensors, by their names in the header.
public enum ElementType: String, Sendable, CaseIterable {
    case boolean = "BOOL"
    case unsigned8 = "U8"
    case signed8 = "I8"
    case float8E5M2 = "F8_E5M2"
    case float8E4M3 = "F8_E4M3"
    case signed16 = "I16"
    case unsigned16 = "U16"
    case float16 = "F16"
    case brain16 = "BF16"
    case signed32 = "I32"
    case unsigned32 = "U32"
    case float32 = "F32"
    case float64 = "F64"
    case signed64 = "I64"
    case unsigned64 = "U64"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .boolean, .unsigned8, .signed8, .float8E5M2, .float8E4M3: 1
        case .signed16, .unsigned16, .float16, .brain16: 2
        case .signed32, .unsigned32, .float32: 4
        case .float64, .signed64, .unsigned64: 8
        }
    }

    /// Whether elements become `Float` without loss (F64: rounded).
    var isReadableAsFloat: Bool {
        switch self {
        case .unsigned8, .signed8, .signed16, .unsigned16, .float16, .brain16, .float32, .float64: true
        default: false
        }
    }

    /// Element `index` of little-endian `data`, as the nearest `Float`; infinite if an F64 is out of range.
    func element(_ index: Int, of data: UnsafeRawBufferPointer) -> Float {
        let at = index * size
        switch self {
        case .unsigned8: return Float(data[at])
        case .signed8: return Float(Int8(bitPattern: data[at]))
        case .unsigned16: return Float(Self.load(UInt16.self, at, data))
        case .signed16: return Float(Int16(bitPattern: Self.load(UInt16.self, at, data)))
        case .float16: return Self.widened(half: Self.load(UInt16.self, at, data))
        case .brain16: return Float(bitPattern: UInt32(Self.load(UInt16.self, at, data)) << 16)
        case .float32: return Float(bitPattern: Self.load(UInt32.self, at, data))
        case .float64: return Float(Double(bitPattern: Self.load(UInt64.self, at, data)))
        default: preconditionFailure("\(rawValue) is not readable as Float")
        }
    }

    private static func load<Bits: FixedWidthInteger>(
        _: Bits.Type, _ offset: Int, _ data: UnsafeRawBufferPointer
    ) -> Bits {
        Bits(littleEndian: data.loadUnaligned(fromByteOffset: offset, as: Bits.self))
    }

    /// IEEE 754 binary16 as a `Float`, exactly; done on the bits, since `Float16` is not available
    /// everywhere.
    static func widened(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10 & 0x1F)
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
