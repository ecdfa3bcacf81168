internal import Foundation
internal import Records

/// A table of images: a CSV file with a header, one image a row.
struct ImageManifest {
    private let path: String
    private let header: [String]
    private let rows: [CSVRecord]
    private let columns: ManifestColumns

    private static let imageNames = ["file", "path", "image", "tile", "filename", "image_index"]
    private static let labelNames = ["label", "labels", "finding_labels", "nih_label"]
    private static let splitNames = ["split"]
    private static let groupNames = [
        "group", "patient", "patient_id", "slide", "slide_id", "cluster", "source_tile_cluster",
    ]

    init(contentsOf path: String, columns: ManifestColumns) throws(ListingError) {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        let records: [CSVRecord]
        do throws(CSVError) { records = try CSV.records(in: text) } catch {
            throw .malformed(path: path, reason: error.description)
        }
        guard let header = records.first else { throw .malformed(path: path, reason: "it is empty") }
        self.path = path
        self.header = header.fields.map { $0.trimmingCharacters(in: .whitespaces) }
        rows = Array(records.dropFirst())
        self.columns = columns
        if let row = rows.first(where: { $0.fields.count != self.header.count }) {
            throw .malformed(
                path: path,
                reason: "line \(row.line) has \(row.fields.count) fields, the header \(self.header.count)")
        }
    }

    /// The normal rows that are not for tests. All files must exist.
    func listing() throws(ListingError) -> ImageListing {
        guard let imageColumn = index(of: Self.imageNames) else {
            throw .noColumn(path: path, meaning: "image", looked: Self.imageNames, found: header)
        }
        let groupColumn = try index(named: columns.group, or: Self.groupNames, meaning: "group")
        let verdicts = try verdicts()
        let parts = try parts()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var images: [ImageListing.Image] = []
        var seen: Set<String> = []
        var (abnormal, test) = (0, 0)
        for (row, (isNormal, part)) in zip(rows, zip(verdicts, parts)) {
            if part == .test { test += 1 } else if !isNormal { abnormal += 1 }
            guard isNormal, part != .test else { continue }
            let name = row.fields[imageColumn]
            guard seen.insert(name).inserted else { continue }
            let group = groupColumn.map { row.fields[$0] }
            images.append(
                .init(
                    name: name, path: URL(fileURLWithPath: name, relativeTo: folder).path,
                    group: group == "" ? nil : group, isValidation: part == .validation))
        }
        guard !images.isEmpty else { throw .noNormals(path: path, abnormal: abnormal, test: test) }
        try requireFiles(images)
        return ImageListing(images: images, skippedAbnormal: abnormal, skippedTest: test)
    }

    /// The rows of one part, normal and abnormal, in their order. All files must exist.
    ///
    /// - Parameter part: nil for all rows.
    func labeled(_ part: ImagePart?) throws(ListingError) -> [LabeledImage] {
        guard let imageColumn = index(of: Self.imageNames) else {
            throw .noColumn(path: path, meaning: "image", looked: Self.imageNames, found: header)
        }
        guard try index(named: columns.label, or: Self.labelNames, meaning: "label") != nil else {
            throw .noColumn(path: path, meaning: "label", looked: Self.labelNames, found: header)
        }
        let groupColumn = try index(named: columns.group, or: Self.groupNames, meaning: "group")
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let (verdicts, parts) = (try verdicts(), try parts())
        var result: [LabeledImage] = []
        for (number, row) in rows.enumerated() where part == nil || parts[number] == part {
            let name = row.fields[imageColumn]
            let group = groupColumn.map { row.fields[$0] }
            result.append(
                LabeledImage(
                    image: .init(
                        name: name, path: URL(fileURLWithPath: name, relativeTo: folder).path,
                        group: group == "" ? nil : group),
                    isAbnormal: !verdicts[number]))
        }
        try requireFiles(result.map(\.image))
        return result
    }

    private func requireFiles(_ images: [ImageListing.Image]) throws(ListingError) {
        let missing = images.filter {
            !FileManager.default.fileExists(atPath: $0.path) || ImageFolder.isFolder($0.path)
        }
        guard missing.isEmpty else {
            throw .missingFiles(path: path, count: missing.count, first: missing.prefix(3).map(\.name))
        }
    }

    // MARK: Columns

    /// Case, spaces and underscores do not matter in headers.
    private static func plain(_ name: String) -> String {
        name.lowercased().replacing(" ", with: "_")
    }

    /// The first of `names`, in their order, that is a column.
    private func index(of names: [String]) -> Int? {
        let plain = header.map(Self.plain)
        return names.lazy.compactMap { name in plain.firstIndex(of: Self.plain(name)) }.first
    }

    private func index(
        named name: String?, or usual: [String], meaning: String
    ) throws(ListingError) -> Int? {
        guard let name else { return index(of: usual) }
        guard let index = index(of: [name]) else {
            throw .noColumn(path: path, meaning: meaning, looked: [name], found: header)
        }
        return index
    }

    // MARK: Labels and splits

    private static let normalWords: Set<String> = [
        "normal", "0", "benign", "healthy", "no finding", "no_finding", "no findings", "good", "negative",
        "ok",
    ]

    private static let abnormalWords: Set<String> = [
        "abnormal", "1", "malignant", "tumor", "tumour", "cancer", "carcinoma", "metastasis", "anomaly",
        "anomalous", "disease", "diseased", "defect", "bad", "positive",
        // Findings of NIH ChestX-ray14.
        "atelectasis", "cardiomegaly", "consolidation", "edema", "effusion", "emphysema", "fibrosis",
        "hernia",
        "infiltration", "mass", "nodule", "pleural_thickening", "pneumonia", "pneumothorax",
    ]

    /// Whether each row is normal. Without a column for labels all rows are.
    private func verdicts() throws(ListingError) -> [Bool] {
        guard let column = try index(named: columns.label, or: Self.labelNames, meaning: "label") else {
            return rows.map { _ in true }
        }
        let words = rows.map { Self.word($0.fields[column]) }
        if !columns.normalLabels.isEmpty {
            let normal = Set(columns.normalLabels.map(Self.word))
            return words.map(normal.contains)
        }
        let unknown = Set(words).filter { !Self.isKnown($0) }
        guard unknown.isEmpty else {
            throw .unknownLabels(
                path: path, column: header[column], labels: Array(unknown.sorted().prefix(5)))
        }
        return words.map(Self.normalWords.contains)
    }

    /// Several findings are separated by bars, as NIH does.
    private static func isKnown(_ word: String) -> Bool {
        normalWords.contains(word)
            || word.split(separator: "|", omittingEmptySubsequences: false)
                .allSatisfy { abnormalWords.contains(String($0)) }
    }

    private static func word(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces).lowercased()
    }

    private func parts() throws(ListingError) -> [ImagePart] {
        guard let column = index(of: Self.splitNames) else { return rows.map { _ in .training } }
        let words = rows.map { Self.word($0.fields[column]) }
        let parts = words.map(Self.part)
        let unknown = Set(zip(words, parts).filter { $0.1 == nil }.map(\.0))
        guard unknown.isEmpty else {
            throw .unknownSplits(path: path, splits: Array(unknown.sorted().prefix(5)))
        }
        return parts.compactMap { $0 }
    }

    private static func part(_ word: String) -> ImagePart? {
        switch word {
        case "train", "training": .training
        case "val", "valid", "validation", "dev", "hold_out", "hold-out", "holdout", "held_out": .validation
        case "test", "testing": .test
        default: nil
        }
    }
}
