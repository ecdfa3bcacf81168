internal import Foundation
internal import Pixels

/// Collects the tiles of one or more lists.
struct TileListReading {
    private(set) var tiles: [ListedTile] = []
    private(set) var repeats = TileRepeats()

    private struct Place: Hashable {
        let slide: CamelyonSlideName
        let area: SlideRect
    }

    private let side: Int
    private var labels: [Place: CamelyonLabel?] = [:]

    init(side: Int) {
        precondition(1...TileNumber.largestSide ~= side, "a tile's side of \(side) pixels")
        self.side = side
    }

    /// - Parameter list: the part and label that all tiles of this list have.
    mutating func read(_ path: String, expecting list: PublishedLists.List?) throws(TileListError) {
        var lines = try LineReader(path)
        var form: TileListForm?
        var defects = TileListDefects(path: path)
        while let line = try lines.next() {
            let text = line.text.trimmingCharacters(in: .whitespaces)
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard let known = form else {
                let found = try TileListForm(firstLine: text, line: line.number, path: path, side: side)
                form = found
                if !found.hasHeader { take(text, line.number, found, list, &defects) }
                continue
            }
            take(text, line.number, known, list, &defects)
        }
        try defects.throwIfAny()
        guard form != nil else { throw .empty(path: path) }
    }

    private mutating func take(
        _ text: String, _ line: Int, _ form: TileListForm, _ list: PublishedLists.List?,
        _ defects: inout TileListDefects
    ) {
        do {
            let tile = try form.tile(text)
            if let list {
                try add(Self.checked(tile, list), line, defects.path)
            } else {
                try add(tile, line, defects.path)
            }
        } catch {
            defects.add(line, error)
        }
    }

    /// The tile with the label that the list's folder says, if its own does not contradict.
    private static func checked(
        _ tile: ListedTile, _ list: PublishedLists.List
    ) throws(TileLineDefect) -> ListedTile {
        guard tile.label ?? list.label == list.label else { throw .notOfLabel(list.label) }
        guard tile.slide.part == list.part else { throw .notOfPart(list.part) }
        return ListedTile(slide: tile.slide, label: list.label, area: tile.area)
    }

    private mutating func add(_ tile: ListedTile, _ line: Int, _ path: String) throws(TileLineDefect) {
        let place = Place(slide: tile.slide, area: tile.area)
        if let known = labels.updateValue(tile.label, forKey: place) {
            guard known == tile.label else { throw .otherLabelBefore }
            repeats.add(TileRepeats.Line(path: path, line: line, tile: tile))
        } else {
            tiles.append(tile)
        }
    }
}
