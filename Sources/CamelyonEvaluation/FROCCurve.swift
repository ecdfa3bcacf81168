/// Sensitivity for lesions over false positives per slide (free-response ROC).
public struct FROCCurve: Sendable, Equatable {
    /// By which rules slides and thresholds count.
    public enum Mode: String, Sendable, CaseIterable {
        /// As the challenge's script, quirks included:
        /// * only slides with a table count, for false positives per slide and for lesions;
        /// * lesions not hit and isolated tumor cells have the score 0, and a lesion's score is never below
        ///   0. At a threshold of 0 or less all of them count as found, which can make the sensitivity larger
        ///   than 1;
        /// * the lowest of all different scores is no threshold. It is meant to be that 0; if there is none,
        ///   the lowest real score is lost;
        /// * lesions' scores are kept in single precision, and compared with thresholds in it; false
        ///   positives are not. Of equal scores, the lesion's can thereby count as the higher one.
        case official
        /// All slides count, those without a table as slides without detections. Every different score of a
        /// false positive or of a lesion that was hit is a threshold. Lesions not hit are never found.
        case clean
    }

    /// The curve at one threshold: what has at least this score counts.
    public struct Point: Sendable, Equatable {
        /// Infinite at the last point, where nothing counts.
        public let threshold: Double
        public let falsePositivesPerSlide: Double
        /// Part of the lesions that are found, 0...1 (but see ``Mode/official``).
        public let sensitivity: Double
    }

    public let mode: Mode
    /// With rising threshold, so from the right end of the curve to (0, 0).
    public let points: [Point]
    public let slideCount: Int
    /// Lesions that count, found or not.
    public let lesionCount: Int

    /// - Throws: ``FROCError`` if a slide is there twice, or no slide or no lesion counts.
    public init(_ outcomes: [SlideOutcome], mode: Mode) throws(FROCError) {
        var names: Set<String> = []
        for outcome in outcomes where !names.insert(outcome.slide).inserted {
            throw .repeatedSlide(outcome.slide)
        }
        let counted = mode == .official ? outcomes.filter(\.hasTable) : outcomes
        guard !counted.isEmpty else { throw .noSlides }
        lesionCount = counted.reduce(0) { $0 + $1.lesions.count }
        guard lesionCount > 0 else { throw .noLesions }
        slideCount = counted.count
        self.mode = mode
        let falsePositives = counted.flatMap(\.falsePositives)
        let tally =
            switch mode {
            case .official: ScoreTally(official: falsePositives, lesions: Self.officialSlots(of: counted))
            case .clean:
                ScoreTally(clean: falsePositives, lesions: counted.flatMap(\.lesions).compactMap(\.best))
            }
        let (slides, lesions) = (Double(slideCount), Double(lesionCount))
        points =
            tally.counts.map { count in
                Point(
                    threshold: count.threshold, falsePositivesPerSlide: Double(count.falsePositives) / slides,
                    sensitivity: Double(count.lesions) / lesions)
            } + [Point(threshold: .infinity, falsePositivesPerSlide: 0, sensitivity: 0)]
    }

    /// One score for every region of the masks, isolated tumor cells included.
    private static func officialSlots(of outcomes: [SlideOutcome]) -> [Float] {
        outcomes.flatMap { outcome in
            outcome.lesions.map { max(0, Float($0.best ?? 0)) }
                + [Float](repeating: 0, count: outcome.isolatedCells)
        }
    }

    /// The sensitivity at a number of false positives per slide: linear between the points of the curve,
    /// constant beyond its ends. Where several points have this number, the highest sensitivity.
    public func sensitivity(atFalsePositivesPerSlide place: Double) -> Double {
        // The last point is at 0, and the first one of all has the most.
        guard let right = points.lastIndex(where: { $0.falsePositivesPerSlide > place }) else {
            return points[0].sensitivity
        }
        guard right + 1 < points.count else { return 0 }
        let (left, far) = (points[right + 1], points[right])
        let width = far.falsePositivesPerSlide - left.falsePositivesPerSlide
        let slope = (far.sensitivity - left.sensitivity) / width
        return left.sensitivity + slope * (place - left.falsePositivesPerSlide)
    }

    /// At 1/4, 1/2, 1, 2, 4 and 8 false positives per slide.
    public var sensitivities: [Double] {
        OfficialRule.falsePositivesPerSlide.map(sensitivity(atFalsePositivesPerSlide:))
    }

    /// The mean of ``sensitivities``: the final score of the challenge.
    public var score: Double {
        let values = sensitivities
        return values.reduce(0, +) / Double(values.count)
    }
}
