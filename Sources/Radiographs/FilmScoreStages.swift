internal import Flow
internal import Foundation
internal import ImageFiles
internal import Kernels
internal import Networks
internal import Pixels
internal import Records
internal import Staining
internal import Training

/// A film and its place in the table of scores.
struct ScoreOrder: Sendable {
    let index: Int
    let film: FilmListing.Film
    /// Where its heatmap goes; nil for none.
    let heatmap: String?
}

/// A film on its way to its score.
struct FilmOnItsWay: Sendable {
    enum Content: Sendable {
        case film(RGBImage)
        /// What the network takes; the film, too, if it is to be drawn.
        case input(RGBImage, film: RGBImage?)
        case defect(ImageDefect)
    }

    let order: ScoreOrder
    let content: Content

    var bytes: Int {
        switch content {
        case .film(let image): image.pixels.count
        case .input(let image, let film): image.pixels.count + (film?.pixels.count ?? 0)
        case .defect: 0
        }
    }
}

/// A film at the end of its way.
struct ScoredFilm: Sendable {
    let index: Int
    let outcome: Result<Float, ImageDefect>
    /// SHA-256 of the heatmap, if one was drawn.
    var heatmap: String?
}

/// First stage: decodes films, each reader on a thread of its own.
actor ScoreReader: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "film reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func process(_ order: ScoreOrder) -> FilmOnItsWay {
        do throws(ImageFileError) {
            let image = try ImageFile.read(URL(fileURLWithPath: order.film.path))
            return FilmOnItsWay(order: order, content: .film(image))
        } catch {
            return FilmOnItsWay(order: order, content: .defect(.file(error)))
        }
    }
}

/// Second stage: the model's recipe.
actor ScorePreparer: StageWorker {
    private let preparation: ImagePreparation
    private var scratch = DensitySample()

    init(preparation: ImagePreparation) {
        self.preparation = preparation
    }

    func process(_ film: FilmOnItsWay) -> FilmOnItsWay {
        guard case .film(let image) = film.content else { return film }
        do throws(ImageDefect) {
            let input = try preparation.scored(image, scratch: &scratch)
            let drawn = film.order.heatmap == nil ? nil : tile(image)
            return FilmOnItsWay(order: film.order, content: .input(input, film: drawn))
        } catch {
            return FilmOnItsWay(order: film.order, content: .defect(error))
        }
    }

    /// The film at the size at which the recipe cuts the crop.
    private func tile(_ image: RGBImage) -> RGBImage {
        let side = preparation.recipe.tile
        return BilinearResampler(
            inputWidth: image.width, inputHeight: image.height, outputWidth: side, outputHeight: side
        ).resample(image)
    }
}

/// Third stage: scores, and draws the heatmaps.
actor FilmScorer: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "film scorer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let scorer: any AnomalyScorer
    private let model: ScreeningModel
    private let highest: Double

    init(model: ScreeningModel, drawsHeatmaps: Bool) {
        self.model = model
        scorer = model.makeScorer(mapsAnomalies: drawsHeatmaps)
        highest = max(2 * linearQuantile(model.normalScores.sorted.span, 0.99), 1e-6)
    }

    func process(_ film: FilmOnItsWay) throws -> ScoredFilm {
        switch film.content {
        case .film: preconditionFailure("a film came to be scored before it was prepared")
        case .defect(let defect): return ScoredFilm(index: film.order.index, outcome: .failure(defect))
        case .input(let input, let original):
            var scored = ScoredFilm(index: film.order.index, outcome: .success(try scorer.score(input)))
            if let original, let path = film.order.heatmap, let map = scorer.anomalyMap,
                case .success(let score) = scored.outcome
            {
                let picture = picture(film.order.film.name, original, map, score)
                let bytes = try PNGFile.encode(picture.draw())
                try AtomicFile.write(bytes, to: path)
                scored.heatmap = Checksum.sha256(bytes)
            }
            return scored
        }
    }

    private func picture(_ name: String, _ film: RGBImage, _ map: [Float], _ score: Float) -> AnomalyPicture {
        let recipe = model.record.recipe
        let tile = Double(recipe.tile)
        let percentile = CSV.decimal(model.normalScores.percentile(of: score), places: 1)
        return AnomalyPicture(
            film: film,
            crop: (Double((recipe.tile - recipe.crop) / 2) / tile, Double(recipe.crop) / tile),
            map: Plane(width: scorer.side, height: scorer.side, values: map), highest: highest, title: name,
            subtitle: "score \(CSV.decimal(Double(score), places: 4)), above \(percentile) % of held-out "
                + "normals of \(model.record.name)")
    }
}
