public import Annotations
public import Pixels

/// Where a slide's tumor lies, in the pixels of the evaluation mask (32 level-0 pixels wide and high).
///
/// Only the surroundings of the tumor are held. A mask of the whole slide would give the same lesions.
public struct TumorRaster: Sendable {
    /// Most pixels that are held: 2^28, a slide of more than half a million pixels in both directions.
    public static let pixelLimit = 1 << 28

    /// Size of the whole mask in mask pixels.
    public let width: Int
    public let height: Int
    /// The part of the mask that ``tumor`` shows: all tumor and everything that can be grown into, with a
    /// border of at least one pixel around it unless the mask ends there. Empty without tumor.
    package let window: PixelRect
    package let tumor: Plane<Bool>

    /// The tumor as annotated.
    ///
    /// A mask pixel is tumor if the level-0 pixel in its middle is, that is, the pixel whose upper left
    /// corner is the mask pixel's center: column 32 i + 16 and row 32 j + 16. A mask that ends within a pixel
    /// has that pixel too, so that every place of the slide is on it. Annotations beyond the slide's border
    /// are cut off.
    public init(_ region: TumorRegion, slide: SlideExtent) throws(EvaluationMaskError) {
        let side = OfficialRule.downsample
        width = (slide.width + side - 1) / side
        height = (slide.height + side - 1) / side
        let columns = Self.middles(within: region.boundingBox.x..<region.boundingBox.maxX)
        let rows = Self.middles(within: region.boundingBox.y..<region.boundingBox.maxY)
        window = try Self.window(columns, rows, width: width, height: height)
        var tumor = Plane(width: window.width, height: window.height, filledWith: false)
        for row in rows.clamped(to: window.y..<window.maxY) {
            for span in region.spans(row: row * side + side / 2) {
                for column in Self.middles(within: span).clamped(to: window.x..<window.maxX) {
                    tumor[column - window.x, row - window.y] = true
                }
            }
        }
        self.tumor = tumor
    }

    /// The tumor as a mask of the same resolution has it.
    public init(_ mask: Plane<Bool>) throws(EvaluationMaskError) {
        (width, height) = (mask.width, mask.height)
        var (columns, rows) = (0..<0, 0..<0)
        for row in 0..<mask.height {
            let line = mask.values[(row * mask.width)..<((row + 1) * mask.width)]
            guard let first = line.firstIndex(of: true), let last = line.lastIndex(of: true) else { continue }
            let found = (first - line.startIndex)..<(last - line.startIndex + 1)
            columns = columns.isEmpty ? found : Self.hull(columns, found)
            rows = rows.isEmpty ? row..<(row + 1) : rows.lowerBound..<(row + 1)
        }
        let window = try Self.window(columns, rows, width: width, height: height)
        var tumor = Plane(width: window.width, height: window.height, filledWith: false)
        for y in 0..<window.height {
            for x in 0..<window.width { tumor[x, y] = mask[x + window.x, y + window.y] }
        }
        self.window = window
        self.tumor = tumor
    }

    /// The tumor as in the red channel of a mask file, of which the challenge's script takes only the value
    /// 255.
    ///
    /// - Throws: ``EvaluationMaskError/otherValue(_:)`` if no pixel has that value but some are not 0, as in
    ///   releases whose masks number the classes; the script would find nothing in them.
    public init(red mask: Plane<UInt8>) throws(EvaluationMaskError) {
        if !mask.values.contains(255), let other = mask.values.first(where: { $0 != 0 }) {
            throw .otherValue(other)
        }
        try self.init(Plane(width: mask.width, height: mask.height, values: mask.values.map { $0 == 255 }))
    }

    /// The mask pixels whose middle lies in a range of level-0 pixels.
    private static func middles(within range: Range<Int>) -> Range<Int> {
        func first(from place: Int) -> Int {
            let side = OfficialRule.downsample
            return (place + side / 2 - 1) >> side.trailingZeroBitCount
        }
        return first(from: range.lowerBound)..<first(from: range.upperBound)
    }

    private static func hull(_ left: Range<Int>, _ right: Range<Int>) -> Range<Int> {
        min(left.lowerBound, right.lowerBound)..<max(left.upperBound, right.upperBound)
    }

    private static func window(
        _ columns: Range<Int>, _ rows: Range<Int>, width: Int, height: Int
    ) throws(EvaluationMaskError) -> PixelRect {
        guard !columns.isEmpty, !rows.isEmpty else { return PixelRect(x: 0, y: 0, width: 0, height: 0) }
        let margin = Int(OfficialRule.growth.rounded(.up))
        let window = PixelRect(
            x: columns.lowerBound - margin, y: rows.lowerBound - margin, width: columns.count + 2 * margin,
            height: rows.count + 2 * margin
        ).intersection(PixelRect(x: 0, y: 0, width: width, height: height))
        guard window.width * window.height <= pixelLimit else {
            throw .tooLarge(width: window.width, height: window.height)
        }
        return window
    }
}

/// Why there is no evaluation mask.
public enum EvaluationMaskError: Error, Equatable, CustomStringConvertible {
    /// Size of the tumor's surroundings in mask pixels.
    case tooLarge(width: Int, height: Int)
    case otherValue(UInt8)

    public var description: String {
        switch self {
        case .tooLarge(let width, let height):
            "the tumor spreads over \(width) x \(height) mask pixels, more than \(TumorRaster.pixelLimit)"
        case .otherValue(let value):
            "the mask marks tumor with \(value) instead of 255; set the value of tumor to 255"
        }
    }
}
