internal import Foundation
internal import Pixels
internal import Records

/// How a list writes its tiles; its first line shows it.
enum TileListForm {
    case names
    case table(TileTableColumns, side: Int)

    init(firstLine text: String, line: Int, path: String, side: Int) throws(TileListError) {
        // A path before a name may have commas.
        guard text.contains(","), (try? PublishedTile(name: text)) == nil else {
            self = .names
            return
        }
        let fields = Self.fields(text)
        if fields.count == 3, CamelyonSlideName(fields[0]) != nil, Int(fields[1]) != nil,
            Int(fields[2]) != nil
        {
            throw .centers(path: path, line: line)
        }
        guard let columns = TileTableColumns(header: fields) else {
            throw .unknownHeader(path: path, line: line)
        }
        self = .table(columns, side: side)
    }

    var hasHeader: Bool {
        switch self {
        case .names: false
        case .table: true
        }
    }

    func tile(_ text: String) throws(TileLineDefect) -> ListedTile {
        switch self {
        case .names:
            do {
                let tile = try PublishedTile(name: text)
                return ListedTile(slide: tile.slide, label: tile.label, area: tile.area)
            } catch { throw .name(error) }
        case .table(let columns, let side): return try columns.tile(Self.fields(text), side: side)
        }
    }

    /// The fields of one line, trimmed; none if its quotes do not match.
    private static func fields(_ text: String) -> [String] {
        let record = (try? CSV.records(in: text))?.first
        return (record?.fields ?? []).map { $0.trimmingCharacters(in: .whitespaces) }
    }
}

/// Where a table of tiles has what; the order of its columns is free.
struct TileTableColumns {
    private let count: Int
    private let slide: Int
    private let x: Int
    private let y: Int
    private let label: Int?

    /// Nil unless the header has `slide`, `x`, `y` and perhaps `label`, and nothing else.
    init?(header: [String]) {
        let names = header.map { $0.lowercased() }
        guard Set(names).count == names.count, Set(names).isSubset(of: ["slide", "x", "y", "label"]),
            let slide = names.firstIndex(of: "slide"), let x = names.firstIndex(of: "x"),
            let y = names.firstIndex(of: "y")
        else { return nil }
        count = names.count
        self.slide = slide
        self.x = x
        self.y = y
        label = names.firstIndex(of: "label")
    }

    func tile(_ fields: [String], side: Int) throws(TileLineDefect) -> ListedTile {
        guard fields.count == count else { throw .fields(expected: count, found: fields.count) }
        guard let slide = CamelyonSlideName(fields[slide]) else { throw .name(.slide(fields[slide])) }
        guard let x = TileNumber.position(fields[x]), let y = TileNumber.position(fields[y]) else {
            throw .name(.number)
        }
        return ListedTile(
            slide: slide, label: try label(fields, of: slide),
            area: SlideRect(x: x, y: y, width: side, height: side))
    }

    /// What the table says; else a tile of a normal slide is normal, and others may be either.
    private func label(_ fields: [String], of slide: CamelyonSlideName) throws(TileLineDefect)
        -> CamelyonLabel?
    {
        let isNormal = slide.series == .normal
        guard let label, !fields[label].isEmpty else { return isNormal ? .normal : nil }
        guard let known = CamelyonLabel(rawValue: fields[label].lowercased()) else {
            throw .name(.label(fields[label]))
        }
        if isNormal, known == .tumor { throw .name(.tumorOnNormalSlide(slide)) }
        return known
    }
}
