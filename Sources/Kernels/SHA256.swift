/// SHA-256 of FIPS 180-4, for naming files by their content.
public enum SHA256 {
    /// Lower-case hexadecimal digest of `bytes`, 64 characters.
    public static func hexDigest(of bytes: [UInt8]) -> String {
        var state = initialState
        var schedule = [UInt32](repeating: 0, count: 64)
        let whole = bytes.count & ~63
        for start in stride(from: 0, to: whole, by: 64) {
            compress(bytes[start..<(start + 64)], &state, &schedule)
        }
        var tail = [UInt8](bytes[whole...]) + [0x80]
        tail += [UInt8](repeating: 0, count: (120 - tail.count) % 64)
        let bits = UInt64(bytes.count) * 8
        tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
        for start in stride(from: 0, to: tail.count, by: 64) {
            compress(tail[start..<(start + 64)], &state, &schedule)
        }
        return state.map(hexadecimal).joined()
    }

    private static func compress(_ block: ArraySlice<UInt8>, _ state: inout [UInt32], _ w: inout [UInt32]) {
        for t in 0..<16 {
            let at = block.startIndex + 4 * t
            let high = UInt32(block[at]) << 24 | UInt32(block[at + 1]) << 16
            w[t] = high | UInt32(block[at + 2]) << 8 | UInt32(block[at + 3])
        }
        for t in 16..<64 {
            let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >> 3)
            let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >> 10)
            w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for t in 0..<64 {
            let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ roundConstants[t] &+ w[t]
            let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e) = (g, f, e, d &+ t1)
            (d, c, b, a) = (c, b, a, t1 &+ t2)
        }
        for (index, value) in [a, b, c, d, e, f, g, h].enumerated() {
            state[index] &+= value
        }
    }

    private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value >> count | value << (32 - count)
    }

    private static func hexadecimal(_ word: UInt32) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// First 32 bits of the fractional parts of the square roots of the first eight primes.
    private static let initialState: [UInt32] = primes(8).map { fraction(Double($0).squareRoot()) }

    /// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let roundConstants: [UInt32] = primes(64).map { fraction(cubeRoot(Double($0))) }

    private static func primes(_ count: Int) -> [Int] {
        var found: [Int] = []
        var candidate = 2
        while found.count < count {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }

    private static func fraction(_ root: Double) -> UInt32 {
        UInt32((root - root.rounded(.down)) * 0x1p32)
    }

    /// Newton's iteration; 32 fractional bits need far less than a double holds.
    private static func cubeRoot(_ value: Double) -> Double {
        var root = 1 + value / 8
        for _ in 0..<60 {
            root -= (root * root * root - value) / (3 * root * root)
        }
        return root
    }
}
