import Evaluation
import Foundation
import Records
import Testing

@Suite struct `Comparison report` {
    /// Three methods, one of a wild name and one without some of the images.
    private func comparison(grouped: Bool = true) throws -> ModelComparison {
        var lists = Invented.lists(3, grouped: grouped)
        let density = TrivialQuantity(
            name: "mean optical density", values: (0..<60).map { Double($0 % 5) }, tolerance: 0.02)
        lists[0] = .init(name: "=a|b<\nc", images: lists[0].images, trivial: grouped ? [density] : [])
        lists[1] = lists[1].with { Array($0.dropLast(4)) }
        return try Invented.comparison(lists)
    }

    @Test func `as JSON it can be read again, and is the same text every time`() throws {
        for grouped in [true, false] {
            let comparison = try comparison(grouped: grouped)
            let text = try comparison.json()
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            #expect(try decoder.decode(ModelComparison.self, from: Data(text.utf8)) == comparison)
            #expect(try self.comparison(grouped: grouped).json() == text)
        }
    }

    @Test(arguments: [true, false])
    func `as Markdown every table has rows of one width, whatever the names`(grouped: Bool) throws {
        let text = try comparison(grouped: grouped).markdown
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "# Methods &lt;A>")
        for heading in ["## Separation", "## Agreement", "## Differences"] {
            #expect(lines.contains(Substring(heading)), "\(heading)")
        }
        let tables = lines.split { !$0.hasPrefix("|") }.filter { !$0.isEmpty }
        let widths = tables.map { table in
            Set(table.map { $0.replacing("\\|", with: "").count { $0 == "|" } })
        }
        // A column for each interval over groups, and one for equal pairs.
        #expect(widths == (grouped ? [[7], [5], [6]] : [[5], [5], [5]]))
        #expect(tables.map(\.count) == [6, 5, 8])
        #expect(tables[0].last?.hasPrefix("| rank average | ") == true)
        #expect(text.contains("| =a\\|b&lt; c | "))
        #expect(text.contains("bootstrap") == grouped && text.contains("Equal pairs") == grouped)
    }

    @Test func `it says what the numbers mean`() throws {
        let comparison = try comparison()
        let text = comparison.markdown
        #expect(text.contains("4 images are left out because not every list has them: method 1 lacks 4."))
        #expect(text.contains("3 lists of scores of the same 37 normal and 19 abnormal images."))
        #expect(text.contains("Ranks are taken among the evaluated images themselves, without their labels."))
        #expect(text.contains("percentiles of its scores among held-out normal images"))
        let runs = try #require(comparison.runs)
        #expect(runs.areas.count == 3)
        #expect(text.contains("If the lists are runs of one method: AUC 0."))
        #expect(text.contains(" (standard deviation) over 3 runs: "))
        #expect(text.contains("12 groups resampled, 100 replicates, "))
        #expect(try self.comparison(grouped: false).markdown.contains("images for independent."))
    }

    @Test func `an interval that is a point is not passed over`() throws {
        let images = [("a", 1.0), ("b", 2), ("c", 3), ("d", 4)].map {
            ScoredImage(score: $1, isAbnormal: $1 > 2, name: $0)
        }
        let text = try Invented.comparison([
            .init(name: "m", images: images), .init(name: "n", images: images),
        ])
        .markdown
        #expect(text.contains("Caution, m: the images show no variance"))
        #expect(text.contains("Caution, rank average: the images show no variance"))
        #expect(text.contains("| m minus n | 0.0000 | 0.0000 to 0.0000 | - |"))
    }

    @Test func `the table is CSV that can be read again`() throws {
        let comparison = try comparison()
        let records = try CSV.records(in: comparison.table)
        try #require(records.count == 5 && records.allSatisfy { $0.fields.count == 12 })
        let header = records[0].fields
        for (record, row) in zip(records.dropFirst(), comparison.methods + [comparison.rankAverage]) {
            let fields = Dictionary(uniqueKeysWithValues: zip(header, record.fields))
            func number(_ column: String) -> Double? { fields[column].flatMap { Double($0) } }
            #expect(fields["method"] == (row.name.hasPrefix("=") ? "'" : "") + row.name)
            #expect(number("normal") == 37 && number("abnormal") == 19)
            #expect(number("auc") == row.area.area && number("standard_error") == row.area.standardError)
            #expect(number("low") == row.area.interval?.low && number("high") == row.area.interval?.high)
            #expect(number("group_low") == row.bootstrap?.interval.low)
            #expect(number("group_high") == row.bootstrap?.interval.high)
            #expect(number("average_precision") == row.averagePrecision)
            #expect(number("matched_auc") == row.matched?.area && row.matched?.area != nil)
            #expect(number("matched_pairs") == row.matched.map { Double($0.pairs) })
        }
        let plain = try CSV.records(in: try self.comparison(grouped: false).table)
        #expect(plain.dropFirst().allSatisfy { $0.fields[7] == "" && $0.fields[11] == "" })
    }
}
