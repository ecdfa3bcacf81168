internal import Annotations
public import Camelyon
internal import Foundation
internal import Pixels
internal import Records

/// Camelyon16's two tasks on screened slides: which slides have tumor, and where.
public struct ChallengeEvaluation: Sendable {
    /// A slide and what became of it.
    public struct Slide: Sendable {
        /// As the challenge writes it: `Test_001`.
        public let name: String
        public let kind: SlideKind
        /// Nil if it was not screened, or could not be.
        public let score: Double?
        public let detections: [Detection]?
        /// Why there are none.
        public let problem: String?
        let outcome: SlideOutcome
    }

    /// Sorted by name.
    public let slides: [Slide]

    /// - Parameters:
    ///   - part: which slides.
    ///   - screened: the folder that `wsi-screen screen` wrote.
    ///   - progress: called after each slide.
    /// - Throws: ``ChallengeError`` if an annotation cannot be read; `FROCError`, `EvaluationMaskError`.
    public init(
        _ dataset: CamelyonDataset, part: CamelyonPart = .test, screened: String, search: PeakSearch,
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws {
        let folders = try Self.folders(below: screened)
        let chosen = dataset.usable.filter { $0.part == part && $0.label != nil }
        guard !chosen.isEmpty else { throw ChallengeError.noSlides }
        var slides: [Slide] = []
        for slide in chosen {
            try Task.checkCancellation()
            slides.append(try Self.slide(slide, folders[slide.name] ?? [], search))
            progress(slides.count, chosen.count)
        }
        self.slides = slides
    }

    /// Result folders by the slide that their name says; several if slides of one name were screened.
    private static func folders(below root: String) throws -> [CamelyonSlideName: [String]] {
        guard let walk = FileManager.default.enumerator(atPath: root) else {
            throw FileError(.read, path: root, code: ENOENT)
        }
        var folders: [CamelyonSlideName: [String]] = [:]
        for case let name as String in walk where name.hasSuffix("/manifest.json") {
            let folder = String(name.dropLast("/manifest.json".count))
            let last = folder.split(separator: "/").last.map(String.init) ?? ""
            if let slide = CamelyonSlideName(last) { folders[slide, default: []].append(root + "/" + folder) }
        }
        return folders
    }

    private static func slide(_ slide: CamelyonSlide, _ folders: [String], _ search: PeakSearch) throws
        -> Slide
    {
        var screened: ScreenedSlide?
        var problem: String?
        switch folders.count {
        case 0: problem = "it was not screened"
        case 1: do { screened = try ScreenedSlide(folder: folders[0]) } catch { problem = "\(error)" }
        default:
            problem = "\(folders.count) results have its name: \(folders.sorted().joined(separator: ", "))"
        }
        let name = slide.name.description.prefix(1).uppercased() + slide.name.description.dropFirst()
        let detections = screened.map { search.detections(in: $0.map) }
        return Slide(
            name: name, kind: slide.label == .tumor ? .tumor : .normal, score: screened?.score,
            detections: detections,
            problem: problem, outcome: try outcome(name, slide, screened, detections))
    }

    private static func outcome(
        _ name: String, _ slide: CamelyonSlide, _ screened: ScreenedSlide?, _ detections: [Detection]?
    ) throws -> SlideOutcome {
        guard slide.label == .tumor else { return SlideOutcome(normal: name, detections: detections) }
        guard let path = slide.annotationPath else { throw ChallengeError.noAnnotation(slide: name) }
        let region: TumorRegion
        do throws(AnnotationError) {
            region = TumorRegion(try ASAPAnnotationFile(path: path).annotations)
        } catch {
            throw ChallengeError.annotation(slide: name, reason: error.description)
        }
        // A slide that was not screened has its size from the outlines: no detection asks for more.
        let box = region.boundingBox
        let extent = screened?.map.slide ?? SlideExtent(width: max(1, box.maxX), height: max(1, box.maxY))
        return try SlideOutcome(
            tumor: name, detections: detections, mask: EvaluationMask(TumorRaster(region, slide: extent)))
    }

    /// - Throws: `FROCError` if no slide or no lesion counts.
    public func curve(_ mode: FROCCurve.Mode) throws(FROCError) -> FROCCurve {
        try FROCCurve(slides.map(\.outcome), mode: mode)
    }

    /// Scores of the slides that have one.
    public func scores(_ kind: SlideKind) -> [Double] {
        slides.filter { $0.kind == kind }.compactMap(\.score)
    }

    /// Writes what the challenge asks for: `detections/NAME.csv` for each slide with rows `probability,X,Y`, and
    /// `slides.csv` with rows `name,probability`, both without header.
    ///
    /// - Throws: `ScoreTableError`.
    public func writeSubmission(to folder: String) throws(ScoreTableError) {
        var probabilities = SlideProbabilities()
        for slide in slides {
            if let detections = slide.detections {
                try DetectionTables.write(detections, of: slide.name, toFolder: folder + "/detections")
            }
            if let score = slide.score { _ = try probabilities.add(score, of: slide.name) }
        }
        try probabilities.write(to: folder + "/slides.csv")
    }

    /// A row for each slide.
    public var table: String {
        CSV.line([
            "slide", "label", "score", "detections", "false_positives", "lesions", "lesions_hit",
            "isolated_cells",
            "problem",
        ])
            + slides.map { slide in
                CSV.line([
                    slide.name, slide.kind.rawValue, slide.score.map { "\($0)" } ?? "",
                    slide.detections.map { "\($0.count)" } ?? "", "\(slide.outcome.falsePositives.count)",
                    "\(slide.outcome.lesions.count)", "\(slide.outcome.lesions.count { $0.best != nil })",
                    "\(slide.outcome.isolatedCells)", slide.problem ?? "",
                ])
            }.joined()
    }
}

/// Why the challenge cannot be evaluated.
public enum ChallengeError: Error, Equatable, CustomStringConvertible {
    case noSlides
    case noAnnotation(slide: String)
    case annotation(slide: String, reason: String)

    public var description: String {
        switch self {
        case .noSlides:
            "no slide of this part has a label; put reference.csv below the data set's folder"
        case .noAnnotation(let slide): "\(slide) has tumor, but its outlines (XML) were not found"
        case .annotation(let slide, let reason): "the outlines of \(slide) cannot be used: \(reason)"
        }
    }
}
