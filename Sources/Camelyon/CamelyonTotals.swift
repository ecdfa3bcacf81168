/// How many slides of each series are there, beside those of the whole release.
public struct CamelyonTotals: Sendable, Equatable {
    public let normal: Int
    public let tumor: Int
    public let test: Int

    init(_ names: some Sequence<CamelyonSlideName>) {
        var counts: [CamelyonSlideName.Series: Int] = [:]
        for name in names { counts[name.series, default: 0] += 1 }
        normal = counts[.normal, default: 0]
        tumor = counts[.tumor, default: 0]
        test = counts[.test, default: 0]
    }

    /// Slides of a series in the present release and in that of 2016, which had one of the tumor slides as
    /// normal_086 and the duplicate test_049.
    public static func released(_ series: CamelyonSlideName.Series) -> (present: Int, first: Int) {
        switch series {
        case .normal: (159, 160)
        case .tumor: (111, 110)
        case .test: (129, 130)
        }
    }

    public func found(_ series: CamelyonSlideName.Series) -> Int {
        switch series {
        case .normal: normal
        case .tumor: tumor
        case .test: test
        }
    }
}

extension CamelyonTotals: CustomStringConvertible {
    public var description: String {
        let parts = CamelyonSlideName.Series.allCases.map { series in
            let released = Self.released(series)
            let noun = series == .test ? "test" : series.rawValue + " training"
            return "\(found(series)) \(noun) slides found (\(released.present) in the present release, "
                + "\(released.first) in that of 2016)"
        }
        return parts.joined(separator: "; ")
    }
}
