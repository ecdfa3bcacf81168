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
    /// What is wrong, in more words than a label may have.
    private static let findingNames = ["findings", "finding_labels", "nih_label"]
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

    /// The normal images, apart from those for tests. All files to learn from must exist.
    func listing() throws(ListingError) -> ImageListing {
        let (entries, repeated) = try entries()
        try checkOtherGroups()
        let test = entries.filter { $0.part == .test }
        let others = entries.filter { $0.part != .test }
        let images = others.filter(\.isNormal).map(\.image)
        let abnormal = others.count - images.count
        guard !images.isEmpty else { throw .noNormals(path: path, abnormal: abnormal, test: test.count) }
        try requireFiles(images)
        return ImageListing(
            images: images, skippedAbnormal: abnormal, test: test.map(\.image), remarks: remarks(repeated))
    }

    /// The images of one part, normal and abnormal, in the order of their rows. All files must exist.
    ///
    /// - Parameter part: nil for all rows. Without a column for splits all rows are test rows as well as
    ///   training rows.
    func labeled(_ part: ImagePart?) throws(ListingError) -> LabeledListing {
        guard index(of: Self.imageNames) != nil else { throw noImageColumn }
        guard try index(named: columns.label, or: Self.labelNames, meaning: "label") != nil else {
            throw .noColumn(path: path, meaning: "label", looked: Self.labelNames, found: header)
        }
        let (entries, repeated) = try entries()
        let isWhole = part == nil || (part == .test && index(of: Self.splitNames) == nil)
        let chosen = isWhole ? entries : entries.filter { $0.part == part }
        guard !chosen.isEmpty else { throw noRows(of: part, entries) }
        try requireFiles(chosen.map(\.image))
        return LabeledListing(
            images: chosen.map {
                LabeledImage(
                    image: $0.image, isAbnormal: !$0.isNormal, finding: $0.finding, part: $0.part)
            },
            remarks: remarks(repeated))
    }

    private func remarks(_ repeated: Int) -> [DataRemark] {
        repeated > 0 ? [.repeatedRows(count: repeated)] : []
    }

    private var noImageColumn: ListingError {
        .noColumn(path: path, meaning: "image", looked: Self.imageNames, found: header)
    }

    private func noRows(of part: ImagePart?, _ entries: [ManifestEntry]) -> ListingError {
        let parts = index(of: Self.splitNames) == nil ? [] : Set(entries.map(\.part))
        return .noRows(path: path, part: part, parts: ImagePart.allCases.filter(parts.contains))
    }

    // MARK: Images

    /// Every image once, in the order of the first row that names it, and how many rows only repeat another.
    private func entries() throws(ListingError) -> (entries: [ManifestEntry], repeated: Int) {
        guard let imageColumn = index(of: Self.imageNames) else { throw noImageColumn }
        let groupColumn = try index(named: columns.group, or: Self.groupNames, meaning: "group")
        let verdicts = try verdicts()
        let parts = try parts()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let labelColumn = try index(named: columns.label, or: Self.labelNames, meaning: "label")
        let findingColumn =
            try index(named: columns.finding, or: Self.findingNames, meaning: "kind of finding")
            ?? labelColumn
        var entries: [ManifestEntry] = []
        var known: [String: Int] = [:]
        for (row, (isNormal, part)) in zip(rows, zip(verdicts, parts)) {
            let name = row.fields[imageColumn]
            let url = URL(fileURLWithPath: name, relativeTo: folder)
            let group = groupColumn.map { row.fields[$0].trimmingCharacters(in: .whitespaces) }
            let entry = ManifestEntry(
                image: .init(
                    name: name, path: url.path, group: group == "" ? nil : group,
                    isValidation: part == .validation),
                isNormal: isNormal, finding: isNormal ? "" : findingColumn.map { row.fields[$0] } ?? "",
                part: part,
                line: row.line)
            // One file under two spellings of its path is one image.
            let place = url.standardizedFileURL.path
            if let first = known[place] {
                if let conflict = entry.contradiction(to: entries[first]) {
                    throw .malformed(path: path, reason: conflict)
                }
            } else {
                known[place] = entries.count
                entries.append(entry)
            }
        }
        return (entries, rows.count - entries.count)
    }

    private func requireFiles(_ images: [ImageListing.Image]) throws(ListingError) {
        let missing = images.filter {
            !FileManager.default.fileExists(atPath: $0.path) || ImageFolder.isFolder($0.path)
        }
        guard missing.isEmpty else {
            throw .missingFiles(path: path, count: missing.count, first: missing.prefix(3).map(\.name))
        }
    }

    /// Groups of the other columns that usually name some: what they call one slide or patient must not be both learned
    /// from and tested on, whichever column is the group.
    private func checkOtherGroups() throws(ListingError) {
        guard columns.group == nil else { return }
        let (parts, group) = (try parts(), index(of: Self.groupNames))
        for name in Self.groupNames {
            let place = header.firstIndex { Self.plain($0) == Self.plain(name) }
            guard let column = place, column != group else { continue }
            var isTest: [String: Bool] = [:]
            for (row, part) in zip(rows, parts) {
                let group = row.fields[column].trimmingCharacters(in: .whitespaces).lowercased()
                guard !group.isEmpty else { continue }
                if let known = isTest[group], known != (part == .test) {
                    throw .malformed(
                        path: path,
                        reason:
                            "'\(row.fields[column])' of the column \(header[column]) has rows to test on and rows to "
                            + "learn from (line \(row.line)); give each one part, or name the column that counts with "
                            + "--group-column")
                }
                isTest[group] = part == .test
            }
        }
    }

    // MARK: Columns

    /// Case, spaces and underscores do not matter in headers.
    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0 != " " && $0 != "_" }
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

    /// Whether each row is normal. Without a column for labels all rows are.
    private func verdicts() throws(ListingError) -> [Bool] {
        guard let column = try index(named: columns.label, or: Self.labelNames, meaning: "label") else {
            return rows.map { _ in true }
        }
        let words = rows.map { ManifestWords.word($0.fields[column]) }
        if !columns.normalLabels.isEmpty {
            let normal = Set(columns.normalLabels.map(ManifestWords.word))
            return words.map(normal.contains)
        }
        let unknown = Set(words).filter { !ManifestWords.isKnown($0) }
        guard unknown.isEmpty else {
            throw .unknownLabels(
                path: path, column: header[column], labels: Array(unknown.sorted().prefix(5)))
        }
        return words.map(ManifestWords.isNormal)
    }

    /// What each row is for. Without a column for splits all rows are training rows.
    private func parts() throws(ListingError) -> [ImagePart] {
        guard let column = index(of: Self.splitNames) else { return rows.map { _ in .training } }
        let words = rows.map { ManifestWords.word($0.fields[column]) }
        let parts = words.map(ManifestWords.part)
        let unknown = Set(zip(words, parts).filter { $0.1 == nil }.map(\.0))
        guard unknown.isEmpty else {
            throw .unknownSplits(path: path, splits: Array(unknown.sorted().prefix(5)))
        }
        return parts.compactMap { $0 }
    }
}
