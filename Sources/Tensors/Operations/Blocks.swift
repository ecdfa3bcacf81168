/// Elements per block of elementwise work: large enough that handing it out costs nothing, small enough to
/// share a map among the cores and to stay in their caches.
let elementsPerBlock = 16_384

/// Number of blocks of at most `size` that cover `count`.
func blocks(of size: Int, covering count: Int) -> Int { (count + size - 1) / size }

/// The elements of one block.
func range(ofBlock block: Int, size: Int, count: Int) -> Range<Int> {
    block * size..<min(count, (block + 1) * size)
}
