public import Pixels
internal import Records

/// A tile that a list asks for.
public struct ListedTile: Sendable, Hashable {
    public let slide: CamelyonSlideName
    /// Nil where the list does not say it and the slide's name does not either.
    public let label: CamelyonLabel?
    /// In level-0 pixels, x to the right and y down.
    public let area: SlideRect

    public init(slide: CamelyonSlideName, label: CamelyonLabel?, area: SlideRect) {
        self.slide = slide
        self.label = label
        self.area = area
    }
}

/// A list of tiles to cut: of the paper, or a user's own.
///
/// Two forms are read. Names of tiles (``PublishedTile``), one a line; and a table with the header
/// `slide,x,y` or `slide,x,y,label`, where x (to the right) and y (down) are the TOP LEFT corner in level-0
/// pixels. Blank lines and lines that begin with `#` are skipped.
public struct TileList: Sendable, Equatable {
    /// In the order of the list; a tile that is there twice, once.
    public let tiles: [ListedTile]
    public let repeats: TileRepeats

    /// Reads one list, or the four lists of a folder (``PublishedLists``).
    ///
    /// - Parameters:
    ///   - path: a list, or a folder with the lists `normal/train`, `normal/test`, `anomaly/train` and
    ///     `anomaly/test`.
    ///   - side: side of the tiles of a table, in level-0 pixels: a table does not say it.
    /// - Throws: ``TileListError``. One bad line fails the whole list.
    public init(contentsOf path: String, side: Int = 768) throws(TileListError) {
        var reading = TileListReading(side: side)
        if let lists = try PublishedLists(folder: path) {
            for list in lists.all { try reading.read(list.path, expecting: list) }
        } else {
            try reading.read(path, expecting: PublishedLists.List(path: path))
        }
        tiles = reading.tiles
        repeats = reading.repeats
    }
}

/// Lines that ask for a tile once more.
public struct TileRepeats: Sendable, Equatable {
    /// All of them.
    public internal(set) var count = 0
    /// The first ones.
    public internal(set) var first: [Line] = []

    public struct Line: Sendable, Equatable {
        public let path: String
        public let line: Int
        public let tile: ListedTile
    }

    static let shown = 10

    mutating func add(_ line: Line) {
        count += 1
        if first.count < Self.shown { first.append(line) }
    }
}
