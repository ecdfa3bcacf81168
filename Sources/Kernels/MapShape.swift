/// Size of one feature map in NHWC order with batch 1: rows of pixels, each pixel `channels` adjacent floats.
public struct MapShape: Sendable, Hashable {
    public let height: Int
    public let width: Int
    public let channels: Int

    public init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    public var pixels: Int { height * width }
    public var count: Int { height * width * channels }
}
