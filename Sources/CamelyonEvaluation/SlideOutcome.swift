/// What the detections of one slide have met: all that a FROC curve needs to know of it.
public struct SlideOutcome: Sendable, Equatable {
    /// A lesion that counts and the highest probability among the detections in it; nil if it was not hit.
    public struct Lesion: Sendable, Equatable {
        public let label: Int
        public let best: Double?
    }

    /// Base name of the slide.
    public let slide: String
    /// Whether there is a table of detections for the slide, be it empty.
    public let hasTable: Bool
    /// Probabilities of the detections that met no lesion.
    public let falsePositives: [Double]
    /// Without isolated tumor cells.
    public let lesions: [Lesion]
    /// Number of regions that are isolated tumor cells.
    public let isolatedCells: Int
    /// Number of detections in isolated tumor cells, which count neither way.
    public let ignored: Int

    /// A slide without tumor: every detection is a false positive, wherever it lies.
    ///
    /// - Parameter detections: nil if the slide has no table.
    public init(normal slide: String, detections: [Detection]?) {
        self.slide = slide
        hasTable = detections != nil
        falsePositives = (detections ?? []).map(\.probability)
        (lesions, isolatedCells, ignored) = ([], 0, 0)
    }

    /// A slide with tumor.
    ///
    /// - Parameter detections: nil if the slide has no table.
    /// - Throws: ``FROCError/outside(slide:detection:)``. The challenge's script fails there as well, or
    ///   takes a negative place for one counted from the other side.
    public init(tumor slide: String, detections: [Detection]?, mask: EvaluationMask) throws(FROCError) {
        self.slide = slide
        hasTable = detections != nil
        var falsePositives: [Double] = []
        var best = [Double?](repeating: nil, count: mask.lesions.count)
        var ignored = 0
        for detection in detections ?? [] {
            guard let label = mask.label(atX: detection.x, y: detection.y) else {
                throw .outside(slide: slide, detection: detection)
            }
            if label == 0 {
                falsePositives.append(detection.probability)
            } else if mask.lesions[label - 1].isIsolatedCells {
                ignored += 1
            } else {
                best[label - 1] = max(best[label - 1] ?? detection.probability, detection.probability)
            }
        }
        self.falsePositives = falsePositives
        self.ignored = ignored
        let counted = mask.lesions.filter { !$0.isIsolatedCells }
        lesions = counted.map { Lesion(label: $0.label, best: best[$0.label - 1]) }
        isolatedCells = mask.lesions.count - counted.count
    }
}

/// Why there is no FROC curve.
public enum FROCError: Error, Equatable, CustomStringConvertible {
    case outside(slide: String, detection: Detection)
    case repeatedSlide(String)
    /// No slide counts.
    case noSlides
    /// No lesion counts, so that there is no sensitivity.
    case noLesions

    public var description: String {
        switch self {
        case .outside(let slide, let detection):
            "the detection at x \(detection.x), y \(detection.y) lies outside the slide '\(slide)'; "
                + "coordinates are level-0 pixels, x to the right and y down"
        case .repeatedSlide(let slide): "the slide '\(slide)' is there twice"
        case .noSlides: "there is no slide with a table of detections"
        case .noLesions:
            "no slide has a lesion that counts; by the official rule slides whose name does not begin with "
                + "Tumor are normal"
        }
    }
}
