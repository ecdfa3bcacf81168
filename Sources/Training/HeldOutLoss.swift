/// The mean loss over held-out images, with the batch size of training.
struct HeldOutLoss {
    private let images: PreparedImages
    private let side: Int
    /// Of the images that are looked at, if they are cached.
    private let features: FeatureCache?

    /// More images than these would slow training more than they sharpen the curve.
    private static let mostImages = 512

    /// - Parameter cache: makes a cache of the features of the first images, if they are wanted.
    init(_ images: PreparedImages, side: Int, cache: (_ count: Int) throws -> FeatureCache?) rethrows {
        self.images = images
        self.side = side
        features = try cache(min(images.count, Self.mostImages))
    }

    func mean(_ objective: StageObjective) -> Float {
        guard let target = objective.images.baseAddress else { preconditionFailure("no memory for images") }
        let size = side * side * images.channels
        let batch = objective.images.count / size
        let count = min(images.count, Self.mostImages)
        var sum = 0.0
        for first in stride(from: 0, to: count, by: batch) {
            // The last batch is filled up with images that are not counted.
            for slot in 0..<batch {
                let index = (first + slot) % count
                images.writeCenter(of: index, side: side, into: target + slot * size)
                features?.copy(index, to: slot, of: objective)
            }
            let losses = objective.runForward()
            for slot in 0..<min(batch, count - first) { sum += Double(losses[slot]) }
        }
        return Float(sum / Double(count))
    }
}
