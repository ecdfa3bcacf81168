internal import Crypto
internal import Foundation

/// SHA-256 in lower-case hexadecimal.
public enum Checksum {
    /// Of bytes in memory.
    public static func sha256(_ bytes: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: bytes))
    }

    /// Of a regular file, read in pieces of 1 MiB.
    public static func sha256(ofFile path: String) throws(FileError) -> String {
        let file = try RegularFile.open(path)
        defer { try? file.close() }
        var hasher = SHA256()
        while true {
            do {
                guard let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty else { break }
                hasher.update(data: piece)
            } catch {
                throw FileError(.read, path: path, code: EIO)
            }
        }
        return hexadecimal(hasher.finalize())
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
