/// A stage of progressive growing (Karras et al. 2018; Shvetsova et al. 2021, section III-C): the network at
/// one resolution, either fixed or fading in from half that resolution.
public struct GrowingStage: Sendable, Hashable, Codable {
    /// Side of the images in pixels.
    public let resolution: Int
    /// Whether the layers of this resolution are being blended in.
    public let isFading: Bool

    public init(resolution: Int, isFading: Bool) {
        self.resolution = resolution
        self.isFading = isFading
    }

    /// fixed(start), fading(2 · start), fixed(2 · start), … fixed(end). Without growing: fixed(end).
    public static func stages(from start: Int, to end: Int) -> [GrowingStage] {
        var stages = [GrowingStage(resolution: start, isFading: false)]
        var resolution = start
        while resolution < end {
            resolution *= 2
            stages.append(GrowingStage(resolution: resolution, isFading: true))
            stages.append(GrowingStage(resolution: resolution, isFading: false))
        }
        return stages
    }

    /// Share of the new layers in step `step` (from 0) of a fading stage: raised before each step, so 1/n at
    /// the first and 1 at the last.
    public static func alpha(step: Int, of steps: Int) -> Float { Float(step + 1) / Float(steps) }
}
