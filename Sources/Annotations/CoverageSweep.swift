import Pixels

/// Finds which pixels of a window are covered by tumor outlines and by no hole, from where the outlines begin
/// and end on every row. Its memory is proportional to the crossings in the window.
struct CoverageSweep {
    /// Windows have at most this many rows, so that the crossings of a large area are never held all at once.
    static let rowLimit = 256

    private let window: SlideRect
    /// Sorted by row, then column: the order in which the sweep passes them.
    private var events: [Event] = []

    /// - Parameter window: at most ``rowLimit`` rows, and fewer than 2^32 columns.
    init(window: SlideRect) {
        precondition(
            window.height <= Self.rowLimit && window.width < 1 << 32, "window \(window) is too large")
        self.window = window
    }

    /// Adds the pixels inside of `outline`, as tumor or as a hole.
    mutating func add(_ outline: PolygonOutline, as label: LesionLabel) {
        let first = events.count
        outline.forEachCrossing(in: window) { row, column in
            events.append(Event(row: row - window.y, column: column - window.x, label: label))
        }
        events[first...].sort()
        alternateBeginAndEnd(from: first, label)
    }

    /// The crossings of a row lead into the outline and out of it in turn. An outline that is still open at
    /// the window's right border ends there.
    private mutating func alternateBeginAndEnd(from first: Int, _ label: LesionLabel) {
        let end = events.count
        var isInside = false
        for index in first..<end {
            let row = events[index].row
            if isInside { events[index].markAsEnd() }
            isInside.toggle()
            if isInside, index + 1 == end || events[index + 1].row != row {
                var closing = Event(row: row, column: window.width, label: label)
                closing.markAsEnd()
                events.append(closing)
                isInside = false
            }
        }
    }

    /// The covered pixels of each row from top to bottom, in maximal spans from left to right.
    mutating func forEachSpan(_ body: (_ row: Int, _ columns: Range<Int>) -> Void) {
        events.sort()
        var (tumors, holes) = (0, 0)
        var start: Int?
        var index = 0
        while index < events.count {
            let place = events[index]
            while index < events.count, events[index].isAt(place) {
                switch events[index].label {
                case .tumor: tumors += events[index].step
                case .hole: holes += events[index].step
                }
                index += 1
            }
            let isCovered = tumors > 0 && holes == 0
            if let begun = start, !isCovered {
                body(window.y + place.row, (window.x + begun)..<(window.x + place.column))
                start = nil
            } else if start == nil, isCovered {
                start = place.column
            }
        }
    }
}

/// The begin or end of an outline's inside on one row, as one number: row, column, two bits for the kind.
private struct Event: Comparable {
    private static let rowShift: UInt64 = 40
    private static let columnMask: UInt64 = 1 << 38 - 1

    private var key: UInt64

    init(row: Int, column: Int, label: LesionLabel) {
        key = UInt64(row) << Self.rowShift | UInt64(column) << 2 | (label == .hole ? 2 : 0)
    }

    var row: Int { Int(key >> Self.rowShift) }
    var column: Int { Int(key >> 2 & Self.columnMask) }
    var label: LesionLabel { key & 2 == 0 ? .tumor : .hole }
    var step: Int { key & 1 == 0 ? 1 : -1 }

    mutating func markAsEnd() { key |= 1 }

    func isAt(_ other: Event) -> Bool { key >> 2 == other.key >> 2 }

    static func < (left: Event, right: Event) -> Bool { left.key < right.key }
}
