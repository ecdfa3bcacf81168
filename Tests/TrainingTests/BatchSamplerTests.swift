import CAllocationCounter
import Kernels
import Testing

import Training

@Suite struct `Drawing batches` {
    private func sampler(
        _ images: PreparedImages, side: Int, batch: Int, crop: TrainingConfiguration.CropChoice = .random,
        flips: TrainingConfiguration.FlipChoice = .both, seed: UInt64 = 1
    ) -> BatchSampler {
        BatchSampler(
            images: images, side: side, batch: batch, augmentation: .init(crop: crop, flips: flips),
            seed: seed)
    }

    private func batch(_ sampler: inout BatchSampler, _ step: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: sampler.batchCount) { buffer, count in
            if let target = buffer.baseAddress { sampler.fill(step: step, into: target) }
            count = sampler.batchCount
        }
    }

    @Test(arguments: [(7, 3), (5, 5), (3, 8), (10, 4)])
    func `every image is drawn once an epoch, across the borders of batches`(count: Int, batch: Int) {
        var sampler = sampler(numberedImages(count, side: 4, channels: 1), side: 4, batch: batch)
        let drawn = (0..<(4 * count)).flatMap { step in
            (0..<batch).map { sampler.imageIndex(step: step, slot: $0) }
        }
        var orders: Set<[Int]> = []
        for epoch in 0..<4 {
            let order = Array(drawn[(epoch * count)..<((epoch + 1) * count)])
            #expect(order.sorted() == Array(0..<count))
            orders.insert(order)
        }
        #expect(orders.count > 1)
    }

    @Test func `a batch depends on seed and step alone`() {
        let images = numberedImages(11, side: 6, channels: 3)
        var forward = sampler(images, side: 4, batch: 4)
        let all = (0..<20).map { batch(&forward, $0) }
        var fresh = sampler(images, side: 4, batch: 4)
        for step in [13, 2, 19, 2, 0] { #expect(batch(&fresh, step) == all[step]) }
        var other = sampler(images, side: 4, batch: 4, seed: 2)
        #expect(batch(&other, 0) != all[0])
        #expect(Set(all).count > 15)
    }

    /// The crop written out pixel by pixel.
    private func plain(_ images: PreparedImages, _ index: Int, _ view: BatchSampler.View, side: Int)
        -> [Float]
    {
        let bytes = images.bytes(of: index)
        var result: [Float] = []
        for row in 0..<side {
            for column in 0..<side {
                let y = view.y + (view.isUpsideDown ? side - 1 - row : row)
                let x = view.x + (view.isMirrored ? side - 1 - column : column)
                for channel in 0..<images.channels {
                    let byte = bytes[(y * images.side + x) * images.channels + channel]
                    result.append(Float(byte) / 127.5 - 1)
                }
            }
        }
        return result
    }

    @Test(arguments: [1, 3])
    func `crops and flips are what the view says`(channels: Int) {
        let images = numberedImages(5, side: 9, channels: channels)
        var sampler = sampler(images, side: 6, batch: 7)
        for step in 0..<10 {
            let expected = (0..<7).flatMap { slot in
                let index = sampler.imageIndex(step: step, slot: slot)
                return plain(images, index, sampler.view(step: step, slot: slot), side: 6)
            }
            #expect(batch(&sampler, step) == expected)
        }
    }

    @Test func `crops reach every place and flips every direction, evenly`() {
        let images = numberedImages(2, side: 6, channels: 1)
        let sampler = sampler(images, side: 4, batch: 10)
        var places: [Int: Int] = [:]
        var directions: [Int: Int] = [:]
        for step in 0..<360 {
            for slot in 0..<10 {
                let view = sampler.view(step: step, slot: slot)
                places[view.y * 3 + view.x, default: 0] += 1
                directions[(view.isMirrored ? 1 : 0) + (view.isUpsideDown ? 2 : 0), default: 0] += 1
            }
        }
        // 3,600 draws: 400 a place, 900 a direction, each within five standard deviations.
        #expect(places.count == 9 && places.values.allSatisfy { (305...495).contains($0) })
        #expect(directions.count == 4 && directions.values.allSatisfy { (770...1030).contains($0) })
    }

    @Test func `without augmentation the center is taken as it is`() {
        let images = numberedImages(3, side: 8, channels: 3)
        var sampler = sampler(images, side: 4, batch: 3, crop: .center, flips: .none)
        let drawn = batch(&sampler, 0)
        var center = [Float](repeating: 0, count: 48)
        for slot in 0..<3 {
            images.writeCenter(of: sampler.imageIndex(step: 0, slot: slot), side: 4, into: &center)
            #expect(Array(drawn[(slot * 48)..<((slot + 1) * 48)]) == center)
        }
        for step in 0..<50 {
            let view = self.sampler(images, side: 4, batch: 3, crop: .center, flips: .horizontal)
                .view(step: step, slot: 0)
            #expect(view.x == 2 && view.y == 2 && !view.isUpsideDown)
        }
    }

    @Test func `drawing allocates nothing`() {
        var sampler = sampler(numberedImages(50, side: 16, channels: 3), side: 8, batch: 8)
        var target = [Float](repeating: 0, count: sampler.batchCount)
        sampler.fill(step: 0, into: &target)
        let before = allocations_of_this_thread()
        for step in 1..<100 { sampler.fill(step: step, into: &target) }
        #expect(allocations_of_this_thread() - before == 0)
    }

    @Test(arguments: [(5, 6, 7), (0, 0, 0), (1 << 40, 123_456, -1)])
    func `the hash of two integers is the hash of the list`(seed: UInt64, first: Int, second: Int) {
        let ofPair = SeededGenerator.hash(seed, first: first, second: second)
        let ofList = SeededGenerator.hash(seed, first, second)
        #expect(ofPair == ofList)
        #expect(ofPair != SeededGenerator.hash(seed, first: second + 1, second: first))
    }
}
