internal import Records

/// Tiles and slides by label and part, beside those of the paper's lists.
public struct CountsTable: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public let part: CamelyonPart
        /// Nil: not known.
        public let label: CamelyonLabel?
        public let tiles: Int
        /// Slides with at least one tile.
        public let slides: Int
        /// What the paper's lists have; nil for unknown labels.
        public let published: Counts?
    }

    public struct Counts: Sendable, Equatable {
        public let tiles: Int
        public let slides: Int
    }

    private struct Group: Hashable {
        let part: CamelyonPart
        let label: CamelyonLabel?
    }

    private var tiles: [Group: Int] = [:]
    private var slides: [Group: Set<CamelyonSlideName>] = [:]

    public init() {}

    public init(_ list: TileList) {
        for tile in list.tiles { add(1, of: tile.slide, label: tile.label) }
    }

    /// Counts tiles of a slide. A slide without any is not counted.
    public mutating func add(_ count: Int, of slide: CamelyonSlideName, label: CamelyonLabel?) {
        precondition(count >= 0, "\(count) tiles")
        guard count > 0 else { return }
        let group = Group(part: slide.part, label: label)
        tiles[group, default: 0] += count
        slides[group, default: []].insert(slide)
    }

    /// What the paper's lists have.
    public static func published(_ part: CamelyonPart, _ label: CamelyonLabel) -> Counts {
        switch (label, part) {
        case (.normal, .train): Counts(tiles: 7_612, slides: 153)
        case (.normal, .test): Counts(tiles: 4_000, slides: 80)
        case (.tumor, .train): Counts(tiles: 2_169, slides: 64)
        case (.tumor, .test): Counts(tiles: 817, slides: 24)
        }
    }

    /// Normal train and test, tumor train and test; then tiles of unknown label, if there are any.
    public var rows: [Row] {
        let labels: [CamelyonLabel?] = [.normal, .tumor, nil]
        let all = labels.flatMap { label in CamelyonPart.allCases.map { row($0, label) } }
        return all.filter { $0.label != nil || $0.tiles > 0 }
    }

    private func row(_ part: CamelyonPart, _ label: CamelyonLabel?) -> Row {
        let group = Group(part: part, label: label)
        return Row(
            part: part, label: label, tiles: tiles[group, default: 0],
            slides: slides[group, default: []].count,
            published: label.map { Self.published(part, $0) })
    }

    private static let header = ["part", "label", "tiles", "slides", "published_tiles", "published_slides"]

    private static func fields(_ row: Row) -> [String] {
        let published = row.published.map { ["\($0.tiles)", "\($0.slides)"] } ?? ["", ""]
        return [row.part.rawValue, row.label?.rawValue ?? "unknown", "\(row.tiles)", "\(row.slides)"]
            + published
    }

    /// The table with a header, a line a row.
    public func csv() -> String {
        CSV.line(Self.header) + rows.map { CSV.line(Self.fields($0)) }.joined()
    }

    /// The table for people: words to the left, numbers to the right, a line a row.
    public func text() -> String {
        let lines = [Self.header.map { $0.replacing("_", with: " ") }] + rows.map(Self.fields)
        let widths = Self.header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = zip(line, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column < 2 ? cell.0 + space : space + cell.0
            }
            // Only an unknown label leaves the last cells empty.
            return cells.joined(separator: "  ").withoutTrailingSpaces + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
    }
}
