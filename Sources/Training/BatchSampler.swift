internal import Kernels

/// Draws the training batches: which images, cropped where, mirrored how.
///
/// The batch of a step depends on the seed and the step alone, so training that is resumed at any step sees the
/// same batches. Images come in a new random order each epoch, each once; batches run across the borders of
/// epochs. For one thread at a time; steps in ascending order are the fastest.
public struct BatchSampler: Sendable {
    /// Images of a batch.
    public let batch: Int
    /// Side of the crops in pixels.
    public let side: Int
    public let images: PreparedImages
    private let augmentation: TrainingConfiguration.Augmentation
    private let seed: UInt64
    /// The order of one epoch; its memory serves all epochs.
    private var order: [Int32]
    private var orderedEpoch = -1

    /// - Precondition: there are images, and crops of `side` pixels lie within them.
    public init(
        images: PreparedImages, side: Int, batch: Int, augmentation: TrainingConfiguration.Augmentation,
        seed: UInt64
    ) {
        precondition(images.count > 0 && batch > 0, "batches of \(batch) from \(images.count) images")
        precondition(side > 0 && side <= images.side, "crops of \(side) px from images of \(images.side) px")
        self.images = images
        self.side = side
        self.batch = batch
        self.augmentation = augmentation
        self.seed = seed
        order = [Int32](repeating: 0, count: images.count)
    }

    /// Floats of a batch: batch x side x side x channels.
    public var batchCount: Int { batch * side * side * images.channels }

    /// Writes the batch of a step (from 0) as NHWC floats in [-1, 1].
    ///
    /// - Parameter target: room for ``batchCount`` floats.
    public mutating func fill(step: Int, into target: UnsafeMutablePointer<Float>) {
        for slot in 0..<batch {
            let index = imageIndex(step: step, slot: slot)
            write(index, step: step, slot: slot, to: target)
        }
    }

    /// Writes image `index` as slot `slot` of the batch at `target`.
    func write(_ index: Int, step: Int, slot: Int, to target: UnsafeMutablePointer<Float>) {
        let size = side * side * images.channels
        write(index, view(step: step, slot: slot), to: target + slot * size)
    }

    /// The image that stands in a slot of a step's batch.
    package mutating func imageIndex(step: Int, slot: Int) -> Int {
        let position = step * batch + slot
        let epoch = position / images.count
        if epoch != orderedEpoch { shuffle(epoch) }
        return Int(order[position % images.count])
    }

    /// Fisher and Yates, from the order of the images.
    private mutating func shuffle(_ epoch: Int) {
        for index in order.indices { order[index] = Int32(index) }
        // No slot is negative: orders and crops never share their randomness.
        var generator = SeededGenerator(seed: SeededGenerator.hash(seed, first: epoch, second: -1))
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(last, generator.next(in: 0..<(last + 1)))
        }
        orderedEpoch = epoch
    }

    /// What of an image is seen.
    package struct View: Equatable {
        package var x: Int
        package var y: Int
        package var isMirrored: Bool
        package var isUpsideDown: Bool
    }

    package func view(step: Int, slot: Int) -> View {
        var generator = SeededGenerator(seed: SeededGenerator.hash(seed, first: step, second: slot))
        let room = images.side - side
        var view = View(x: room / 2, y: room / 2, isMirrored: false, isUpsideDown: false)
        if augmentation.crop == .random {
            view.x = generator.next(in: 0..<(room + 1))
            view.y = generator.next(in: 0..<(room + 1))
        }
        let coins = generator.next()
        view.isMirrored = augmentation.flips != .none && coins >> 63 == 1
        view.isUpsideDown = augmentation.flips == .both && (coins >> 62) & 1 == 1
        return view
    }

    private func write(_ index: Int, _ view: View, to target: UnsafeMutablePointer<Float>) {
        let channels = images.channels
        images.withPixels(of: index) { bytes in
            for row in 0..<side {
                let y = view.y + (view.isUpsideDown ? side - 1 - row : row)
                let source = (y * images.side + view.x) * channels
                let output = target + row * side * channels
                // The loop without a mirror is the one that becomes vector instructions.
                for value in 0..<(side * channels) {
                    output[value] = PixelScale.signed(bytes[source + value])
                }
                if view.isMirrored { mirror(output) }
            }
        }
    }

    /// Reverses the pixels of a row.
    private func mirror(_ row: UnsafeMutablePointer<Float>) {
        let channels = images.channels
        for column in 0..<(side / 2) {
            let (left, right) = (column * channels, (side - 1 - column) * channels)
            for channel in 0..<channels {
                (row[left + channel], row[right + channel]) = (row[right + channel], row[left + channel])
            }
        }
    }
}
