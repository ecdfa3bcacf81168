package import Flow
package import Kernels
package import Pixels
internal import Slides
package import Staining
internal import Tissue

/// How the stain of a slide's tiles is normalized.
package enum StainPlan: Sendable {
    /// Not at all.
    case none
    /// With one matrix for the whole slide.
    case slide(StainNormalizer)
    /// With a matrix of each tile's own.
    case tile(fitter: VahadaneFitter, target: StainTarget, step: Int)

    /// What has to be read around a crop.
    package var field: SlideSource.Field {
        if case .tile = self { .tile } else { .crop }
    }

    /// What normalizes this image; nil for nothing.
    func normalizer(
        for image: RGBImage, scratch: inout DensitySample
    ) throws(StainFailure) -> StainNormalizer? {
        switch self {
        case .none: return nil
        case .slide(let normalizer): return normalizer
        case .tile(let fitter, let target, let step):
            let estimate = try fitter.fit(image, step: step, scratch: &scratch)
            return StainNormalizer(source: estimate, target: target, match: fitter.match)
        }
    }
}

extension TileSite {
    /// Largest part of a crop that ink or scanner black may cover. What lies under more of it cannot be judged: the
    /// tile is listed with this reason instead of a score that would speak of the pen.
    static let largestForeignPart = 0.25

    /// The reason code of such a tile; nil for all others.
    var obstruction: String? { foreignFraction > Self.largestForeignPart ? "ink" : nil }
}

/// Second stage: normalizes the stain, cuts the crop and resizes it to the model's input.
actor TilePreparer: StageWorker {
    private let stain: StainPlan
    /// The crop within what was read, in pixels of the level.
    private let cropInField: PixelRect
    private let resampler: BilinearResampler
    private var scratch = DensitySample()

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
            if let obstruction = tile.site.obstruction {
                return PreparedTile(site: tile.site, content: .degenerateStain(obstruction))
            }
            do {
                return PreparedTile(site: tile.site, content: .image(try input(from: image)))
            } catch {
                return PreparedTile(site: tile.site, content: .degenerateStain(error.reason))
            }
        }
    }

    private func input(from image: RGBImage) throws(StainFailure) -> RGBImage {
        let normalizer = try stain.normalizer(for: image, scratch: &scratch)
        // The paper's recipe measures brightness on what it is given, which must be the whole tile; otherwise
        // only the pixels that are scored need normalizing.
        if let normalizer, normalizer.match == .paper {
            return resampler.resample(crop(of: normalizer.normalize(image)))
        }
        var crop = crop(of: image)
        normalizer?.normalize(inPlace: &crop)
        return resampler.resample(crop)
    }

    private func crop(of image: RGBImage) -> RGBImage {
        stain.field == .crop ? image : image.cropped(to: cropInField)
    }
}
