internal import Networks
internal import Staining

/// The sets of images that a distillation draws crops from.
struct DistillationSets {
    private(set) var training: [PreparedImages] = []
    private(set) var heldOut: [PreparedImages] = []

    /// Memory that the images take.
    private(set) var bytes = 0

    var imageCount: Int { (training + heldOut).reduce(0) { $0 + $1.count } }

    mutating func append(_ pair: Pair) {
        training.append(pair.training)
        heldOut.append(pair.heldOut)
        bytes += pair.bytes
    }

    /// Images of one listing, prepared in one way.
    struct Pair {
        let training: PreparedImages
        let heldOut: PreparedImages

        var bytes: Int {
            training.count * training.bytesPerImage + heldOut.count * heldOut.bytesPerImage
        }
    }
}

/// Prepares the images of a distillation.
struct DistillationPreparer {
    /// Bytes of prepared images, all sets together.
    let memoryLimit: Int
    let workers: Int

    /// More images of a set that cannot be used than this end the distillation.
    private static let allowance = BadImageAllowance.fraction(0.5)

    /// Images resized to `field` pixels, beside those that are there already.
    ///
    /// - Parameter target: their stain is normalized to; nil: they stay as they are.
    /// - Throws: ``PreparationError``, `CancellationError`.
    func pair(
        _ parts: HoldOut, field: Int, stain target: StainTarget? = nil, beside sets: DistillationSets
    ) async throws -> DistillationSets.Pair {
        let stain = StainRecipe(method: .vahadane, match: .vahadane, scope: .tile, dictionaryStep: 2)
        let recipe = Recipe(
            tile: field, tileResolution: nil, crop: field, input: field, resampling: .pillowBilinear,
            stain: target == nil ? nil : stain, color: .rgb)
        try check(parts, recipe, beside: sets)
        let preparation = ImagePreparation(recipe: recipe, target: target)
        let training = try await prepare(parts.training, preparation)
        return DistillationSets.Pair(
            training: training, heldOut: try await prepare(parts.heldOut, preparation))
    }

    /// Whether there is no such set because none of the images has a stain, as in grey ones. What else may be
    /// wrong with some of them was wrong with them unchanged, too, and was judged there.
    static func isLackOfStain(_ error: any Error) -> Bool {
        guard let error = error as? PreparationError, case .nothingLeft(_, let bad) = error else {
            return false
        }
        return bad.contains { if case .stain = $0.defect { true } else { false } }
    }

    private func check(
        _ parts: HoldOut, _ recipe: Recipe, beside sets: DistillationSets
    ) throws(PreparationError) {
        let count = parts.training.count + parts.heldOut.count
        let (total, overflows) = PreparedImages.bytes(of: count, .field(side: recipe.input), recipe)
            .addingReportingOverflow(sets.bytes)
        guard overflows || total > memoryLimit else { return }
        throw .tooLarge(
            bytes: overflows ? .max >> 1 : total, limit: memoryLimit, images: sets.imageCount + count)
    }

    private func prepare(
        _ images: [ImageListing.Image], _ preparation: ImagePreparation
    ) async throws -> PreparedImages {
        // Whether all are bad must be known before whether too many are.
        let result = try await PreparedImages.prepare(
            images, with: preparation, layout: .field(side: preparation.recipe.input),
            memoryLimit: memoryLimit, maximumBad: .count(.max), workers: workers)
        guard Self.allowance.allows(result.bad.count, of: images.count) else {
            throw PreparationError.tooManyBad(
                count: result.bad.count, total: images.count, first: Array(result.bad.prefix(3)))
        }
        return result
    }
}
