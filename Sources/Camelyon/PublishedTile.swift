public import Pixels

/// A tile as the lists of the paper name it: `test_093_normal_x_68352_y_66048_w_768_h_768.jpg`.
///
/// In these names `x` is the ROW and `y` the COLUMN, the reverse of everywhere else; ``area`` has them the
/// usual way round, x to the right and y down.
public struct PublishedTile: Sendable, Hashable {
    public let slide: CamelyonSlideName
    public let label: CamelyonLabel
    /// In level-0 pixels.
    public let area: SlideRect

    public init(slide: CamelyonSlideName, label: CamelyonLabel, area: SlideRect) {
        self.slide = slide
        self.label = label
        self.area = area
    }

    /// - Parameter name: a tile's name with the suffix `.jpg`, `.jpeg` or `.png`, after a path or alone.
    ///   Slides may be capitalized.
    public init(name: some StringProtocol) throws(TileNameDefect) {
        let parts = try Self.parts(of: name)
        let slideName = parts[0] + "_" + parts[1]
        guard let slide = CamelyonSlideName(slideName) else { throw .slide(String(slideName)) }
        guard let label = CamelyonLabel(rawValue: parts[2].lowercased()) else {
            throw .label(String(parts[2]))
        }
        if slide.series == .normal, label == .tumor, KnownSlideDefect.of(slide)?.trueLabel != .tumor {
            throw .tumorOnNormalSlide(slide)
        }
        guard let row = TileNumber.position(parts[4]), let column = TileNumber.position(parts[6]),
            let width = TileNumber.side(parts[8]), let height = TileNumber.side(parts[10])
        else { throw .number }
        self.init(
            slide: slide, label: label, area: SlideRect(x: column, y: row, width: width, height: height))
    }

    /// The name in the lists, byte for byte, without a path.
    public var name: String { name(suffix: "jpg") }

    /// The same for files of another kind.
    public func name(suffix: String) -> String {
        "\(slide)_\(label.rawValue)_x_\(area.y)_y_\(area.x)_w_\(area.width)_h_\(area.height).\(suffix)"
    }

    private static let suffixes: Set<String> = ["jpg", "jpeg", "png"]

    /// The eleven words between underscores.
    private static func parts(of name: some StringProtocol) throws(TileNameDefect) -> [Substring] {
        let last = Substring(name).split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        guard let dot = last.lastIndex(of: "."),
            suffixes.contains(last[last.index(after: dot)...].lowercased())
        else { throw .form }
        let parts = last[..<dot].split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 11, parts[3] == "x", parts[5] == "y", parts[7] == "w", parts[9] == "h" else {
            throw .form
        }
        return parts
    }
}

/// Why a text is no tile's name.
public enum TileNameDefect: Error, Equatable, CustomStringConvertible {
    case form
    case slide(String)
    case label(String)
    case number
    case tumorOnNormalSlide(CamelyonSlideName)

    public var description: String {
        switch self {
        case .form: "not of the form test_093_normal_x_68352_y_66048_w_768_h_768.jpg"
        case .slide(let text): "'\(text.prefix(40))' is no slide of Camelyon16"
        case .label(let text): "'\(text.prefix(40))' is neither normal nor tumor"
        case .number:
            "a number is not plain, or not in its range (positions 0 to \(TileNumber.largestPosition), "
                + "sides 1 to \(TileNumber.largestSide))"
        case .tumorOnNormalSlide(let slide): "\(slide) is a normal slide and has no tumor tile"
        }
    }
}

/// Reads the numbers of tiles: digits alone, without sign or leading zero, so that each has one spelling.
enum TileNumber {
    /// Far beyond any slide: the largest ones have some 200,000 pixels a side.
    static let largestPosition = 100_000_000
    static let largestSide = 65_536

    static func position(_ text: some StringProtocol) -> Int? { number(text, in: 0...largestPosition) }

    static func side(_ text: some StringProtocol) -> Int? { number(text, in: 1...largestSide) }

    private static func number(_ text: some StringProtocol, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }),
            text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0"), let value = Int(text),
            range ~= value
        else { return nil }
        return value
    }
}
