internal import Foundation
internal import Networks
internal import Staining

/// From the user's files to what training needs in memory.
extension TrainingJob {
    func trainingSet(
        _ files: TrainingFiles, _ notify: @escaping @Sendable (Event) -> Void
    ) async throws -> TrainingSet {
        let extractor = try ExtractorSource.load(configuration.extractor.weights, file: extractor)
        try extractor.check(configuration)
        let stain = try configuration.input.stain.map {
            try $0.target.load(match: $0.match, relativeTo: configurationFolder)
        }
        let listing = try ImageListing.find(data, columns: columns).leavingOut(TrainingFiles.isLossCurve)
        guard !listing.images.isEmpty else { throw ListingError.noImages(path: data) }
        let parts = try await HoldOut.divide(
            listing, fraction: configuration.holdOut, seed: configuration.seed, workers: workers)
        notify(
            .listed(
                training: parts.training.count, heldOut: parts.heldOut.count,
                abnormal: listing.skippedAbnormal, test: listing.test.count, duplicates: parts.leftOut))
        try checkMemory(parts, extractor)
        tell(listing.remarks + Self.remarks(on: parts), notify)
        let (training, heldOut) = try await prepare(
            parts, ImagePreparation(recipe: configuration.input.recipe, target: stain), files, notify)
        return TrainingSet(
            training: training, heldOut: heldOut, extractor: extractor, stainTarget: stain,
            description: "\(training.count) normal images of \(URL(fileURLWithPath: data).lastPathComponent)",
            licence: licence)
    }

    private func tell(_ remarks: [DataRemark], _ notify: @Sendable (Event) -> Void) {
        for remark in remarks { notify(.remark(remark)) }
    }

    private static func remarks(
        on training: PreparedImages, _ heldOut: PreparedImages, _ recipe: Recipe
    ) -> [DataRemark] {
        let sides = training.fileSides.merging(heldOut.fileSides, uniquingKeysWith: +)
        return ImageScale(sides: sides, recipe: recipe).map { [.scale($0)] } ?? []
    }

    private static func remarks(on parts: HoldOut) -> [DataRemark] {
        let isGiven = parts.heldOut.contains(where: \.isValidation)
        if isGiven { return [.holdOutIsGiven(images: parts.heldOut.count)] }
        return DataRemark.groups(of: parts.training + parts.heldOut)
    }

    /// Prepares both parts. The bad images of both are listed, whether training goes on without them or not.
    private func prepare(
        _ parts: HoldOut, _ preparation: ImagePreparation, _ files: TrainingFiles,
        _ notify: @escaping @Sendable (Event) -> Void
    ) async throws -> (training: PreparedImages, heldOut: PreparedImages) {
        do {
            let training = try await prepare(
                parts.training, preparation, configuration.trainingLayout, notify)
            let heldOut = try await prepare(parts.heldOut, preparation, .scored, notify)
            try report(training.bad + heldOut.bad, files, notify)
            try checkBad(training.bad + heldOut.bad, of: parts)
            tell(Self.remarks(on: training, heldOut, preparation.recipe), notify)
            return (training, heldOut)
        } catch PreparationError.nothingLeft(let total, let bad) {
            try report(bad, files, notify)
            throw PreparationError.nothingLeft(total: total, bad: bad)
        }
    }

    private func prepare(
        _ images: [ImageListing.Image], _ preparation: ImagePreparation, _ layout: PreparedImages.Layout,
        _ notify: @escaping @Sendable (Event) -> Void
    ) async throws -> PreparedImages {
        // How many may be bad is decided about both parts together.
        try await PreparedImages.prepare(
            images, with: preparation, layout: layout, memoryLimit: memoryLimit, maximumBad: .count(.max),
            workers: workers, progress: { notify(.preparing($0)) })
    }

    private func checkMemory(_ parts: HoldOut, _ extractor: ExtractorSource) throws {
        let memory = try TrainingMemory(
            configuration, extractor, training: parts.training.count, heldOut: parts.heldOut.count,
            workers: workers)
        guard memory.total > memoryLimit else { return }
        throw TrainingTooLarge(images: memory.images, program: memory.program, limit: memoryLimit)
    }

    /// What the limit leaves for features of images that are always seen alike; not more than a GiB, which more
    /// would hardly speed up.
    func featureCacheLimit(_ set: TrainingSet) throws -> Int {
        let memory = try TrainingMemory(
            configuration, set.extractor, training: set.training.count, heldOut: set.heldOut.count,
            workers: workers)
        return min(1 << 30, max(0, memoryLimit - memory.total))
    }

    private func checkBad(_ bad: [BadImage], of parts: HoldOut) throws(PreparationError) {
        let total = parts.training.count + parts.heldOut.count
        guard maximumBad.allows(bad.count, of: total) else {
            throw .tooManyBad(count: bad.count, total: total, first: Array(bad.prefix(3)))
        }
    }

    private func report(
        _ bad: [BadImage], _ files: TrainingFiles, _ notify: @Sendable (Event) -> Void
    ) throws {
        try files.write(bad)
        if !bad.isEmpty { notify(.bad(bad, listedIn: files.badImages)) }
    }
}
