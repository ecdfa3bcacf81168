internal import Flow
internal import Kernels
internal import Pixels
internal import Slides
internal import Staining

/// How the stain of a slide's tiles is normalized.
enum StainPlan: Sendable {
    /// Not at all.
    case none
    /// With one matrix for the whole slide.
    case slide(StainNormalizer)
    /// With a matrix of each tile's own.
    case tile(fitter: VahadaneFitter, target: StainTarget, step: Int)

    /// What has to be read around a crop.
    var field: SlideSource.Field {
        if case .tile = self { .tile } else { .crop }
    }

    /// The image with normalized stain.
    func normalize(_ image: RGBImage) throws(StainFailure) -> RGBImage {
        switch self {
        case .none: return image
        case .slide(let normalizer): return normalizer.normalize(image)
        case .tile(let fitter, let target, let step):
            let estimate = try fitter.fit(image, step: step)
            return StainNormalizer(source: estimate, target: target, match: fitter.match).normalize(image)
        }
    }
}

/// Second stage: normalizes the stain, cuts the crop and resizes it to the model's input.
actor TilePreparer: StageWorker {
    private let stain: StainPlan
    /// The crop within what was read, in pixels of the level.
    private let cropInField: PixelRect
    private let resampler: BilinearResampler

    init(stain: StainPlan, cropInField: PixelRect, inputSide: Int) {
        self.stain = stain
        self.cropInField = cropInField
        resampler = BilinearResampler(
            inputWidth: cropInField.width, inputHeight: cropInField.height, outputWidth: inputSide,
            outputHeight: inputSide)
    }

    func process(_ tile: ReadTile) -> PreparedTile {
        switch tile.content {
        case .unread(let reason):
            return PreparedTile(site: tile.site, content: .unread(reason))
        case .pixels(let image):
            do {
                let normalized = try stain.normalize(image)
                let crop = stain.field == .crop ? normalized : normalized.cropped(to: cropInField)
                return PreparedTile(site: tile.site, content: .input(resampler.resample(crop)))
            } catch {
                return PreparedTile(site: tile.site, content: .degenerateStain(error.reason))
            }
        }
    }
}
