internal import Foundation
internal import ImageFiles
public import Kernels
public import Networks
public import Pixels
public import Staining

/// Turns an image file that shows one whole tile into what the network sees, by the recipe of the model.
///
/// In this order: square, stain normalization at the file's own size, tile (see ``Recipe``), crop, equalization,
/// antialiased bilinear resizing. Holds nothing that changes: shared by all workers.
public struct ImagePreparation: Sendable {
    public let recipe: Recipe
    private let stain: StainTarget?

    /// Sides of an image with a physical scale may differ by this part of the longer one; what is longer is cut
    /// off on both ends.
    static let tolerance = 0.1
    /// Smaller images hold nothing to judge.
    static let minimumSide = 8

    /// - Parameter target: what stains are normalized to; used if the recipe normalizes stains.
    /// - Precondition: there is a target if the recipe normalizes stains.
    public init(recipe: Recipe, target: StainTarget?) {
        precondition(recipe.stain == nil || target != nil, "stain normalization without a target")
        self.recipe = recipe
        stain = recipe.stain == nil ? nil : target
    }

    /// The input of the network for scoring: the center crop, `input` x `input` pixels.
    public func scored(
        _ image: RGBImage, scratch: inout DensitySample
    ) throws(ImageDefect) -> RGBImage {
        let tile = try tile(image, &scratch)
        let crop = Self.center(of: tile, part: crop(of: tile))
        return resized(recipe.equalization ? crop.equalized() : crop, to: recipe.input)
    }

    /// The whole tile, `side` x `side` pixels, from which crops of `input` x `input` pixels are taken.
    public func field(
        _ image: RGBImage, side: Int, scratch: inout DensitySample
    ) throws(ImageDefect) -> RGBImage {
        resized(try tile(image, &scratch), to: side)
    }

    /// The square tile, its stain normalized, at the size at which crops are cut. With a physical scale that is
    /// the file's own size, because the crop of a slide, too, is cut from the slide's own pixels.
    private func tile(_ image: RGBImage, _ scratch: inout DensitySample) throws(ImageDefect) -> RGBImage {
        var image = recipe.color == .grey ? image.luma() : image
        try check(image)
        if recipe.tileResolution != nil { image = try Self.square(image) }
        if let stain, let steps = recipe.stain {
            image = try normalized(image, to: stain, steps, &scratch)
        }
        return recipe.tileResolution == nil ? resized(image, to: recipe.tile) : image
    }

    private func check(_ image: RGBImage) throws(ImageDefect) {
        guard min(image.width, image.height) >= Self.minimumSide else {
            throw .tooSmall(width: image.width, height: image.height)
        }
        guard image.pixels.indices.dropFirst(3).contains(where: { image.pixels[$0] != image.pixels[$0 - 3] })
        else { throw .uniform }
    }

    private func normalized(
        _ image: RGBImage, to target: StainTarget, _ steps: StainRecipe, _ scratch: inout DensitySample
    ) throws(ImageDefect) -> RGBImage {
        do throws(StainFailure) {
            let estimate = try VahadaneFitter(match: steps.match).fit(
                image, step: steps.dictionaryStep, scratch: &scratch)
            var image = image
            StainNormalizer(source: estimate, target: target, match: steps.match).normalize(inPlace: &image)
            return image
        } catch { throw .stain(error) }
    }

    /// Side of the crop in pixels of this tile.
    private func crop(of tile: RGBImage) -> Int {
        let side = Double(tile.width) * Double(recipe.crop) / Double(recipe.tile)
        return max(1, Int(side.rounded()))
    }

    private func resized(_ image: RGBImage, to side: Int) -> RGBImage {
        BilinearResampler(
            inputWidth: image.width, inputHeight: image.height, outputWidth: side, outputHeight: side
        ).resample(image)
    }

    private static func center(of image: RGBImage, part side: Int) -> RGBImage {
        image.cropped(
            to: PixelRect(
                x: (image.width - side) / 2, y: (image.height - side) / 2, width: side, height: side))
    }

    private static func square(_ image: RGBImage) throws(ImageDefect) -> RGBImage {
        let (short, long) = (min(image.width, image.height), max(image.width, image.height))
        if short == long { return image }
        guard Double(long - short) <= tolerance * Double(long) else {
            throw .notSquare(width: image.width, height: image.height)
        }
        return center(of: image, part: short)
    }
}

extension RGBImage {
    /// Grey as Pillow's `convert("L")` has it, in all three channels.
    fileprivate func luma() -> RGBImage {
        var result = self
        for index in stride(from: 0, to: pixels.count, by: 3) {
            let color = RGBColor(red: pixels[index], green: pixels[index + 1], blue: pixels[index + 2])
            let luma = color.luma
            for channel in 0..<3 { result.pixels[index + channel] = luma }
        }
        return result
    }
}
