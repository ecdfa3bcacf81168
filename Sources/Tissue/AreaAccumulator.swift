package import Pixels

/// Area averages of a large image that arrives in pieces, row of pieces after row of pieces.
///
/// An output pixel is the rounded mean of `factor` x `factor` pixels of the large image. Pieces may be
/// reduced already, and their borders and pixels need not coincide with those of output pixels: every input
/// pixel counts with the area that it covers, in whole full-size pixels. Only the output rows that a row of
/// pieces touches are kept as sums.
package struct AreaAccumulator {
    package private(set) var image: RGBImage
    /// True where any part of an output pixel is missing; `image` shows the background there.
    package private(set) var missing: Plane<Bool>

    private let width: Int
    private let height: Int
    private let factor: Int
    /// Sums of value times area and, as every fourth value, of area, from output row `firstRow` on.
    private var sums: [UInt64]
    private var firstRow = 0
    private let background: RGBColor
    /// Scratch: the sums of one input row.
    private var line: [UInt64]

    /// - Parameters:
    ///   - width, height: of the large image.
    ///   - bandHeight: the greatest height of a row of pieces, in pixels of the large image.
    package init(width: Int, height: Int, factor: Int, bandHeight: Int, background: RGBColor) {
        precondition(factor > 0 && bandHeight > 0, "factor \(factor), bands of \(bandHeight)")
        self.width = width
        self.height = height
        self.factor = factor
        self.background = background
        let columns = (width + factor - 1) / factor
        image = RGBImage(width: columns, height: (height + factor - 1) / factor, filledWith: background)
        missing = Plane(width: image.width, height: image.height, filledWith: false)
        // A band of n pixels that begins within an output row touches n / factor + 2 rows at most.
        sums = [UInt64](repeating: 0, count: columns * 4 * (bandHeight / factor + 2))
        line = [UInt64](repeating: 0, count: columns * 4)
    }

    /// Adds a piece of R, G, B bytes, each pixel of which stands for `reduction`² ones of the large image;
    /// `reduction` is at most `factor`.
    ///
    /// - Parameters:
    ///   - rowLength: pixels from one row of the piece to the next.
    ///   - rect: the part of the large image that the piece covers, from its top left pixel on; its sides are
    ///     multiples of `reduction`.
    package mutating func add(_ piece: [UInt8], rowLength: Int, reduction: Int, covering rect: PixelRect) {
        precondition(reduction <= factor && rect.width % reduction == 0 && rect.height % reduction == 0)
        precondition(rect.maxX <= width && rect.maxY <= height && rect.y >= firstRow * factor)
        let cells = (rect.x / factor)..<((rect.maxX + factor - 1) / factor)
        for row in 0..<(rect.height / reduction) {
            for index in (cells.lowerBound * 4)..<(cells.upperBound * 4) { line[index] = 0 }
            sumLine(piece, from: row * rowLength * 3, reduction: reduction, covering: rect)
            let y = rect.y + row * reduction
            let upper = min(reduction, factor - y % factor)
            addLine(cells, toRow: y / factor, weight: UInt64(upper))
            if upper < reduction {
                addLine(cells, toRow: y / factor + 1, weight: UInt64(reduction - upper))
            }
        }
    }

    /// Adds a piece of one color.
    package mutating func add(_ color: RGBColor, covering rect: PixelRect) {
        for row in (rect.y / factor)..<((rect.maxY + factor - 1) / factor) {
            for column in (rect.x / factor)..<((rect.maxX + factor - 1) / factor) {
                let cell = PixelRect(x: column * factor, y: row * factor, width: factor, height: factor)
                let shared = cell.intersection(rect)
                let area = UInt64(shared.width * shared.height)
                let at = ((row - firstRow) * image.width + column) * 4
                sums[at] += UInt64(color.red) * area
                sums[at + 1] += UInt64(color.green) * area
                sums[at + 2] += UInt64(color.blue) * area
                sums[at + 3] += area
            }
        }
    }

    /// Marks every output pixel that the piece touches.
    package mutating func addMissing(covering rect: PixelRect) {
        for row in (rect.y / factor)..<((rect.maxY + factor - 1) / factor) {
            for column in (rect.x / factor)..<((rect.maxX + factor - 1) / factor) {
                missing[column, row] = true
            }
        }
    }

    /// Computes the output rows for which all pieces have been added: those that end at or above row `y` of
    /// the large image, or all if it ends there.
    package mutating func finishRows(above y: Int) {
        let end = y >= height ? image.height : y / factor
        guard end > firstRow else { return }
        let first = firstRow * image.width
        for index in first..<(end * image.width) where !missing.values[index] {
            let at = (index - first) * 4
            let area = sums[at + 3]
            guard area > 0 else { continue }
            for channel in 0..<3 {
                image.pixels[index * 3 + channel] = UInt8((sums[at + channel] + area / 2) / area)
            }
        }
        let done = (end - firstRow) * image.width * 4
        sums.removeFirst(done)
        sums.append(contentsOf: repeatElement(0, count: done))
        firstRow = end
    }

    /// One row of a piece into `line`, weighted by the widths that its pixels have in each output column.
    private mutating func sumLine(
        _ piece: [UInt8], from start: Int, reduction: Int, covering rect: PixelRect
    ) {
        var offset = start
        var cell = rect.x / factor * 4
        /// Full-size pixels left in the output column.
        var room = factor - rect.x % factor
        for _ in 0..<(rect.width / reduction) {
            if room == 0 {
                cell += 4
                room = factor
            }
            let left = min(reduction, room)
            addPixel(piece, at: offset, toCell: cell, weight: UInt64(left))
            room -= left
            if left < reduction {
                cell += 4
                room = factor - (reduction - left)
                addPixel(piece, at: offset, toCell: cell, weight: UInt64(reduction - left))
            }
            offset += 3
        }
    }

    @inline(__always)
    private mutating func addPixel(_ piece: [UInt8], at offset: Int, toCell cell: Int, weight: UInt64) {
        line[cell] &+= UInt64(piece[offset]) &* weight
        line[cell + 1] &+= UInt64(piece[offset + 1]) &* weight
        line[cell + 2] &+= UInt64(piece[offset + 2]) &* weight
        line[cell + 3] &+= weight
    }

    private mutating func addLine(_ cells: Range<Int>, toRow row: Int, weight: UInt64) {
        let start = (row - firstRow) * image.width * 4
        for index in (cells.lowerBound * 4)..<(cells.upperBound * 4) {
            sums[start + index] &+= line[index] &* weight
        }
    }
}
