/// The mean loss over held-out images, with the batch size of training.
///
/// Where there are many, it looks at ``mostImages`` of them, taken at equal distances from the whole list: names
/// sort by slide or patient, so that the first ones would be those of a few slides.
package struct HeldOutLoss {
    private let images: PreparedImages
    private let side: Int
    /// Which images are looked at.
    private let indices: [Int]
    /// Of the images that are looked at, if they are cached.
    private let features: FeatureCache?

    /// More images than these would slow training more than they sharpen the curve.
    package static let mostImages = 512

    /// - Parameter cache: makes a cache of the features of these images, if they are wanted.
    init(_ images: PreparedImages, side: Int, cache: (_ indices: [Int]) throws -> FeatureCache?) rethrows {
        self.images = images
        self.side = side
        indices = Self.indices(of: images.count)
        features = try cache(indices)
    }

    /// All of `count` images, or ``mostImages`` of them at equal distances.
    package static func indices(of count: Int) -> [Int] {
        let wanted = min(count, mostImages)
        return (0..<wanted).map { $0 * count / wanted }
    }

    func mean(_ objective: StageObjective) -> Float {
        guard let target = objective.images.baseAddress else { preconditionFailure("no memory for images") }
        let size = side * side * images.channels
        let batch = objective.images.count / size
        let count = indices.count
        var sum = 0.0
        for first in stride(from: 0, to: count, by: batch) {
            // The last batch is filled up with images that are not counted.
            for slot in 0..<batch {
                let place = (first + slot) % count
                images.writeCenter(of: indices[place], side: side, into: target + slot * size)
                features?.copy(place, to: slot, of: objective)
            }
            let losses = objective.runForward()
            for slot in 0..<min(batch, count - first) { sum += Double(losses[slot]) }
        }
        return Float(sum / Double(count))
    }
}
