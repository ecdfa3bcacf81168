/// The name of a slide of Camelyon16: `normal_001`, `tumor_001` or `test_001`.
///
/// Releases differ in capitals (`Tumor_001.tif`); a name has none. Lists and tables from outside become names
/// before anything is looked up, so that no text of theirs ever turns into a path.
public struct CamelyonSlideName: Sendable, Hashable {
    /// What the word of the name says: the kind of a training slide, or that it is one of the test set.
    public enum Series: String, Sendable, Hashable, CaseIterable {
        case normal, tumor, test
    }

    public let series: Series
    /// 0...999, three digits in the name.
    public let number: Int16

    init(_ series: Series, _ number: Int16) {
        self.series = series
        self.number = number
    }

    /// - Parameter text: a word, `_` and three digits, in any case; nil for everything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let series = Series(rawValue: parts[0].lowercased()),
            parts[1].utf8.count == 3,
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }),
            let number = Int16(parts[1])
        else { return nil }
        self.init(series, number)
    }

    /// - Parameters:
    ///   - fileName: the last component of a path.
    ///   - suffixes: those that are accepted, lower case, without the dot.
    init?(fileName: String, suffixes: Set<String>) {
        guard let dot = fileName.lastIndex(of: "."),
            suffixes.contains(fileName[fileName.index(after: dot)...].lowercased())
        else { return nil }
        self.init(fileName[..<dot])
    }

    /// The part of the data set, which the name decides: folders may be called anything.
    public var part: CamelyonPart { series == .test ? .test : .train }
}

extension CamelyonSlideName: Comparable {
    public static func < (left: CamelyonSlideName, right: CamelyonSlideName) -> Bool {
        (left.series.rawValue, left.number) < (right.series.rawValue, right.number)
    }
}

extension CamelyonSlideName: CustomStringConvertible {
    /// Lower case, as in the published tile lists.
    public var description: String {
        let digits = String(number)
        return series.rawValue + "_" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

/// The two parts of the data set.
public enum CamelyonPart: String, Sendable, Hashable, CaseIterable {
    case train, test
}

/// What a slide or a tile shows. Where it is not known, the label is nil.
public enum CamelyonLabel: String, Sendable, Hashable, CaseIterable {
    case normal, tumor
}
