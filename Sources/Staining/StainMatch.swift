public import Pixels

/// How the stain densities of the source are brought to the target's.
public enum StainMatch: String, Sendable, Codable, CaseIterable {
    /// Each stain is scaled so that its 99th percentile becomes the target's: Vahadane et al., and
    /// StainTools.
    case vahadane
    /// As in the code of the DPA paper: brightness first (the 90th percentile of all channel values becomes
    /// white), then only the colors are exchanged, the densities stay.
    case paper

    /// What this recipe does to the channel values of `image` before anything else; nil for nothing.
    func brightness(of image: RGBImage) -> BrightnessStandard? {
        switch self {
        case .vahadane: nil
        case .paper: BrightnessStandard(of: image)
        }
    }
}

/// Over which pixels stain matrix and percentiles are estimated.
public enum StainScope: String, Sendable, Codable, CaseIterable {
    /// Over a pooled sample of the slide's tiles: one matrix for all of them.
    case slide
    /// Over each tile by itself.
    case tile
}

/// Brightening of an image such that the 90th percentile of all its channel values becomes 255: 256 values
/// that replace the channel values, clipped and truncated to eight bits.
public struct BrightnessStandard: Sendable, Equatable {
    public let table: [UInt8]

    public init(of image: RGBImage) {
        let percentile = Self.percentile90(of: image.pixels)
        table = (0...255).map { value in
            // A black image has nothing to brighten.
            percentile > 0 ? UInt8(min(Double(value) * 255 / percentile, 255)) : UInt8(value)
        }
    }

    /// Replaces every channel value of the image by its entry of the table.
    public func apply(to image: inout RGBImage) {
        for index in image.pixels.indices { image.pixels[index] = table[Int(image.pixels[index])] }
    }

    /// With linear interpolation between ranks; 0 for an empty image.
    package static func percentile90(of bytes: [UInt8]) -> Double {
        guard !bytes.isEmpty else { return 0 }
        var counts = [Int](repeating: 0, count: 256)
        counts.withUnsafeMutableBufferPointer { counts in
            for byte in bytes { counts[Int(byte)] += 1 }
        }
        let rank = 0.9 * Double(bytes.count - 1)
        let low = value(ofRank: Int(rank), in: counts)
        let high = value(ofRank: min(Int(rank) + 1, bytes.count - 1), in: counts)
        return Double(low) + Double(high - low) * (rank - rank.rounded(.down))
    }

    private static func value(ofRank rank: Int, in counts: [Int]) -> Int {
        var below = 0
        for (value, count) in counts.enumerated() {
            below += count
            if below > rank { return value }
        }
        return counts.count - 1
    }
}
