import Evaluation
import Foundation
import Records
import Testing

@Suite struct `Evaluation report` {
    /// 120 images of 12 slides, named as no one should name them.
    private func report(runs: RepeatedRuns? = nil, grouped: Bool = true) throws -> EvaluationReport {
        var invention = Invention(seed: 17)
        let images = (0..<120).map { index in
            let isAbnormal = index % 4 == 0
            return ScoredImage(
                score: invention.bell() + (isAbnormal ? 1 : 0), isAbnormal: isAbnormal,
                group: grouped ? "=a|b<\(index % 12),\nc" : nil,
                classes: isAbnormal ? [index % 8 == 0 ? "Mass, small" : "Nodule"] : [])
        }
        let density = TrivialQuantity(
            name: "mean optical density", values: (0..<120).map { _ in invention.bell() }, tolerance: 0.1)
        return try EvaluationReport(
            title: "Model <A>", images: images, trivial: [density], runs: runs,
            settings: .init(replicates: 100, seed: 3))
    }

    @Test func `it repeats the statistics it is made of`() throws {
        let report = try report()
        #expect(report.normal == 90 && report.abnormal == 30 && report.prevalence == 0.25)
        #expect(report.bootstrap?.groups == 12 && report.bootstrap?.seed == 3)
        #expect(report.groups.count == 12 && report.classes.map(\.name) == ["Mass, small", "Nodule"])
        #expect(report.operatingPoints.map(\.wantedSpecificity) == [0.9, 0.95, 0.99])
        // The area is the mean of those of its classes, weighted by their images.
        let areas = report.classes.map(\.area)
        #expect(areas.map(\.abnormalCount) == [15, 15])
        #expect(abs((areas[0].area + areas[1].area) / 2 - report.area.area) < 1e-12)
        #expect(report.slideLevel.map(\.area.abnormalCount) == [3, 3, 3])
    }

    @Test func `images without groups have no bootstrap over them`() throws {
        let report = try report(grouped: false)
        #expect(report.bootstrap == nil && report.groups.isEmpty && report.slideLevel.isEmpty)
        #expect(!report.markdown.contains("bootstrap") && !report.markdown.contains("## Whole slides"))
    }

    @Test func `as JSON it can be read again, and is the same text every time`() throws {
        let report = try report(runs: RepeatedRuns(areas: [0.5, 0.75]))
        let text = try report.json()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        #expect(try decoder.decode(EvaluationReport.self, from: Data(text.utf8)) == report)
        #expect(try self.report(runs: RepeatedRuns(areas: [0.5, 0.75])).json() == text)
        let separated = try EvaluationReport(
            title: "", images: [.init(score: 1, isAbnormal: false), .init(score: 2, isAbnormal: true)])
        #expect(
            try decoder.decode(EvaluationReport.self, from: Data(separated.json().utf8)) == separated)
    }

    @Test func `as Markdown every table has rows of one width, whatever the names`() throws {
        let text = try report(runs: RepeatedRuns(areas: [0.5, 0.75])).markdown
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "# Model &lt;A>")
        for heading in [
            "## Separation", "## Sensitivity at a fixed specificity", "## Trivial quantities", "## Classes",
            "## Whole slides", "## Each slide", "## Runs",
        ] {
            #expect(lines.contains(Substring(heading)), "\(heading)")
        }
        var columns: Int?
        var tables = 0
        for line in lines {
            guard line.hasPrefix("|") else {
                columns = nil
                continue
            }
            let count = line.replacing("\\|", with: "").count { $0 == "|" }
            if columns == nil { tables += 1 }
            #expect(count == columns ?? count, "\(line)")
            columns = count
        }
        #expect(tables == 6)
        #expect(text.contains("| =a\\|b&lt;0, c | 10 | 10 |"))
        #expect(text.contains("AUC 0.6250 ± 0.1768 (standard deviation) over 2 runs: 0.5000, 0.7500."))
    }

    @Test func `the tables are CSV that can be read again`() throws {
        let report = try report()
        let groups = try CSV.records(in: report.groupTable)
        try #require(groups.count == 13 && groups.allSatisfy { $0.fields.count == 7 })
        #expect(groups[0].fields == ["slide", "images", "abnormal", "mean", "max", "p95", "auc"])
        for (record, row) in zip(groups.dropFirst(), report.groups) {
            #expect(record.fields[0] == "'" + row.group)
            #expect(record.fields[1...2].map { Int($0) } == [row.images, row.abnormal])
            #expect(record.fields[3...5].map { Double($0) } == [row.mean, row.maximum, row.p95])
            #expect(Double(record.fields[6]) == row.area)
        }
        #expect(report.groups.contains { $0.mean < 0 })
        let classes = try CSV.records(in: report.classTable)
        try #require(classes.map(\.fields.count) == [7, 7, 7])
        #expect(classes[1].fields[0] == "Mass, small")
        let area = report.classes[0].area
        #expect(
            classes[1].fields[3...].map { Double($0) }
                == [area.area, area.standardError, area.interval?.low, area.interval?.high])
    }

    @Test func `what is not certain is said`() throws {
        let images = [
            ScoredImage(score: 1, isAbnormal: false), ScoredImage(score: 2, isAbnormal: false),
            ScoredImage(score: 3, isAbnormal: true), ScoredImage(score: 4, isAbnormal: true),
        ]
        let separated = try EvaluationReport(title: "t", images: images).markdown
        #expect(separated.contains("| 95 % interval (DeLong) | 1.0000 to 1.0000 |"))
        #expect(separated.contains("Caution: the images show no variance"))
        let single = try EvaluationReport(title: "t", images: Array(images.prefix(3))).markdown
        #expect(single.contains("| 95 % interval (DeLong) | - |"))
        #expect(single.contains("Caution: a single normal or abnormal image"))
    }
}
