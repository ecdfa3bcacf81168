/// Memory for a fixed number of floats, aligned to a cache line and freed with its owner.
///
/// Scratch memory and feature maps live in these: they are allocated once, when a worker starts, and never
/// resized.
public struct FloatStorage: ~Copyable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    /// Zero-filled memory for `count` floats (at least one, so that the address is always valid).
    public init(count: Int) {
        precondition(count >= 0, "storage of \(count) floats")
        let bytes = max(1, count) * MemoryLayout<Float>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        pointer = raw.bindMemory(to: Float.self, capacity: max(1, count))
        pointer.initialize(repeating: 0, count: max(1, count))
        self.count = count
    }

    deinit {
        UnsafeMutableRawPointer(pointer).deallocate()
    }

    /// A copy of the first `count` values, for tests and reports.
    public func values(_ count: Int) -> [Float] {
        precondition(count <= self.count, "\(count) values of a storage of \(self.count)")
        return [Float](UnsafeBufferPointer(start: pointer, count: count))
    }
}
