internal import Foundation
internal import Records

/// Makes slides and findings of the files that were found.
struct CamelyonInspection {
    private(set) var findings: [CamelyonFinding] = []

    private let files: CamelyonFiles
    private let including: Set<CamelyonSlideName>
    private var reference: ReferenceTable?

    init(_ files: CamelyonFiles, including: Set<String>) {
        self.files = files
        var names: Set<CamelyonSlideName> = []
        var unknown: [String] = []
        for text in including {
            if let name = CamelyonSlideName(text), files.slides[name] != nil {
                names.insert(name)
            } else {
                unknown.append(text)
            }
        }
        self.including = names
        if !unknown.isEmpty { note(.unknownInclusions(unknown.sorted())) }
    }

    mutating func note(_ finding: CamelyonFinding) { findings.append(finding) }

    /// All slides, sorted by name; the findings are complete afterwards.
    mutating func slides() -> [CamelyonSlide] {
        readReferences()
        let slides = files.slides.sorted { $0.key < $1.key }.map { slide($0.key, $0.value) }
        for series in CamelyonSlideName.Series.allCases
        where !slides.contains(where: { $0.name.series == series }) {
            note(.missingSlides(series))
        }
        checkAnnotations(of: slides)
        checkReference(of: slides)
        note(.totals(CamelyonTotals(slides.map(\.name))))
        return slides
    }

    // MARK: Slides

    private mutating func slide(_ name: CamelyonSlideName, _ images: [FoundFile]) -> CamelyonSlide {
        let defect = KnownSlideDefect.of(name)
        let (annotation, annotationFailure) = annotation(of: name)
        var standing = CamelyonSlide.Standing.usable
        if let failure = failure(name, images) ?? annotationFailure {
            standing = .failed(failure)
        } else if let defect, defect.isExcludedByDefault, !including.contains(name) {
            standing = .excluded(defect)
        }
        let label: CamelyonLabel? =
            switch name.series {
            case .normal: defect?.trueLabel ?? .normal
            case .tumor: .tumor
            case .test: reference?.labels[name]
            }
        return CamelyonSlide(
            name: name, path: images[0].path, label: label, annotationPath: annotation, standing: standing)
    }

    private mutating func failure(_ name: CamelyonSlideName, _ images: [FoundFile]) -> CamelyonSlide.Failure?
    {
        for image in images where image.identity == nil { note(.notAFile(path: image.path)) }
        if images.count > 1 {
            note(.duplicateSlide(name, paths: images.map(\.path)))
            return .duplicateSlide
        }
        return switch images[0].kind {
        case .regular: nil
        case .special: .notRegular
        case .unreachable: .cannotOpen
        }
    }

    /// Copies with the same content, as in two folders of one release, are one annotation.
    private mutating func annotation(
        of name: CamelyonSlideName
    ) -> (path: String?, failure: CamelyonSlide.Failure?) {
        let found = files.annotations[name, default: []]
        for file in found where file.identity == nil { note(.notAFile(path: file.path)) }
        let paths = found.filter { $0.identity != nil }.map(\.path)
        guard let first = paths.first else { return (nil, nil) }
        let isSame = paths.dropFirst().allSatisfy {
            FileManager.default.contentsEqual(atPath: first, andPath: $0)
        }
        if isSame { return (first, nil) }
        note(.duplicateAnnotation(name, paths: paths))
        return (nil, .duplicateAnnotation)
    }

    // MARK: Annotations

    private mutating func checkAnnotations(of slides: [CamelyonSlide]) {
        let bare = slides.filter { slide in
            slide.label == .tumor && slide.annotationPath == nil && slide.isUsable
        }
        if !bare.isEmpty { note(.missingAnnotations(bare.map(\.name))) }
        for archive in files.archives where bare.contains(where: { Self.may(archive, annotate: $0.part) }) {
            note(.packedAnnotations(path: archive.path))
        }
        let normal = slides.filter { $0.label == .normal && $0.annotationPath != nil }
        if !normal.isEmpty { note(.annotatedNormalSlides(normal.map(\.name))) }
    }

    /// Both parts have a file of the same name; the folders tell which is which, where they do.
    private static func may(_ archive: FoundFile, annotate part: CamelyonPart) -> Bool {
        let isOfTest = archive.folders.contains { $0.hasPrefix("test") }
        let isOfTraining = archive.folders.contains { $0.hasPrefix("train") }
        return isOfTest == isOfTraining || isOfTest == (part == .test)
    }

    // MARK: Reference table

    private mutating func readReferences() {
        for file in files.references {
            guard file.identity != nil else {
                note(.notAFile(path: file.path))
                continue
            }
            do {
                let table = try ReferenceTable(contentsOf: file.path)
                if !table.badLines.isEmpty { note(.badReferenceRows(path: file.path, lines: table.badLines)) }
                if reference == nil { reference = table } else { reference?.merge(table) }
            } catch {
                let reason = (error as? CSVFileError).map { "\($0.error)" } ?? "\(error)"
                note(.unusableReference(path: file.path, reason: reason))
            }
        }
    }

    private mutating func checkReference(of slides: [CamelyonSlide]) {
        let tests = slides.filter { $0.part == .test }
        guard let reference else {
            if !tests.isEmpty, files.references.isEmpty {
                note(
                    .noReference(
                        testSlides: tests.count, haveAnnotations: tests.contains { $0.annotationPath != nil })
                )
            }
            return
        }
        func noteAny(
            _ names: some Sequence<CamelyonSlideName>, _ finding: ([CamelyonSlideName]) -> CamelyonFinding
        ) {
            let sorted = names.sorted()
            if !sorted.isEmpty { note(finding(sorted)) }
        }
        noteAny(reference.conflicting) { .conflictingReference($0) }
        let contradicted = slides.filter { slide in
            guard slide.part == .train, let label = reference.labels[slide.name] else { return false }
            return label != slide.label
        }
        noteAny(contradicted.map(\.name)) { .referenceContradictsName($0) }
        // A slide that would be left out anyway is not missed.
        let absent = reference.labels.keys.filter { slide in
            files.slides[slide] == nil && KnownSlideDefect.of(slide)?.isExcludedByDefault != true
        }
        noteAny(absent) { .referenceWithoutSlide($0) }
        noteAny(
            tests.filter { $0.label == nil && !reference.conflicting.contains($0.name) && $0.isUsable }.map(
                \.name)
        ) { .testSlidesWithoutReference($0) }
    }
}
