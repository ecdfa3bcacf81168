import Evaluation
import Pictures
import Pixels
import Testing

@Suite struct `Pictures of an evaluation` {
    private func entry(_ name: String, _ scores: LabeledScores) -> ROCPicture.Entry {
        ROCPicture.Entry(name: name, curve: ROCCurve(scores), area: DeLong.estimate(scores))
    }

    private func invented(_ seed: UInt64, shift: Double, count: Int = 400) throws -> LabeledScores {
        var invention = Invention(seed: seed)
        return try invention.scores(normals: count, abnormals: count / 2, shift: shift, step: 0x1p-30)
    }

    /// Pixels of about the color of the model's curve inside the plot, as rates.
    private func curvePixels(_ image: RGBImage) -> [(x: Double, y: Double)] {
        var found: [(x: Double, y: Double)] = []
        for y in 78..<638 {
            for x in 72..<632 where image[x, y] == RGBColor(red: 0, green: 94, blue: 168) {
                found.append(((Double(x) + 0.5 - 72) / 560, (638 - Double(y) - 0.5) / 560))
            }
        }
        return found
    }

    @Test func `the model's curve is drawn where its points are`() throws {
        let scores = try invented(1, shift: 1)
        let picture = ROCPicture(title: "t", model: entry("model", scores))
        let pixels = curvePixels(picture.image(scale: 1))
        let points = ROCCurve(scores).points
        #expect(pixels.count > 500)
        for point in points {
            let nearest = pixels.map {
                max(abs($0.x - point.falsePositiveRate), abs($0.y - point.truePositiveRate))
            }.min()
            #expect(try #require(nearest) < 3.0 / 560)
        }
        // And nowhere else: the area below it is the area under the curve.
        for pixel in pixels {
            let near = zip(points, points.dropFirst()).contains { a, b in
                pixel.x > a.falsePositiveRate - 0.006 && pixel.x < b.falsePositiveRate + 0.006
                    && pixel.y > a.truePositiveRate - 0.006 && pixel.y < b.truePositiveRate + 0.006
            }
            #expect(near)
        }
    }

    @Test func `the legend has a line for every curve, with area and interval`() throws {
        let (model, other) = (try invented(1, shift: 1), try invented(2, shift: 0.3))
        let single = try LabeledScores(normal: [1, 2], abnormal: [3])
        let picture = ROCPicture(
            title: "a & b", model: entry("model", model),
            baselines: [entry("low mean <red>", other), entry("single", single)])
        let svg = picture.svg
        let estimate = DeLong.estimate(model)
        let interval = try #require(estimate.interval)
        func text(_ value: Double) -> String {
            let digits = "\(Int((value * 1_000).rounded()))"
            return "0." + String(repeating: "0", count: 3 - digits.count) + digits
        }
        #expect(
            svg.contains(">AUC \(text(estimate.area)) (\(text(interval.low))-\(text(interval.high)))</text>"))
        #expect(svg.contains(">AUC 1.000</text>") && svg.contains(">low mean &lt;red&gt;</text>"))
        #expect(svg.contains(">a &amp; b</text>") && svg.contains(">chance</text>"))
        #expect(picture.drawing.height == ROCPicture(title: "", model: entry("m", model)).drawing.height + 48)
    }

    @Test func `words too long for their place are written smaller`() throws {
        let scores = try invented(3, shift: 1)
        func size(of words: String, title: String, name: String) throws -> Double {
            let svg = ROCPicture(title: title, model: entry(name, scores)).svg
            let line = try #require(svg.split(separator: "\n").first { $0.hasSuffix(">\(words)</text>") })
            return try #require(Double(line.split(separator: "font-size=\"")[1].split(separator: "\"")[0]))
        }
        let long = String(repeating: "long ", count: 20) + "name"
        let (title, name) = (
            try size(of: "title", title: "title", name: "name"),
            try size(of: "name", title: "title", name: "name")
        )
        #expect(try size(of: long, title: long, name: "name") < 0.6 * title)
        #expect(try size(of: long, title: "title", name: long) < 0.4 * name)
    }

    @Test func `a picture is the same every time, and small for many images`() throws {
        let many = try invented(5, shift: 1, count: 20_000)
        let picture = ROCPicture(title: "many", model: entry("model", many))
        #expect(picture.svg == ROCPicture(title: "many", model: entry("model", many)).svg)
        #expect(picture.svg.utf8.count < 40_000)
        #expect(picture.image(scale: 1) == picture.drawing.image(scale: 1))
        let distribution = ScoreDistributionPicture(title: "many", scores: many)
        #expect(distribution.svg == ScoreDistributionPicture(title: "many", scores: many).svg)
    }

    @Test func `every image is in a bin, and what lies beyond the ends is told`() throws {
        let scores = try LabeledScores(
            normal: (0..<400).map { $0 == 0 ? -1_000 : Double($0 % 40) },
            abnormal: (0..<200).map { $0 == 0 ? 1e9 : Double($0 % 40 + 20) })
        let drawing = ScoreDistributionPicture(title: "t", scores: scores)
        #expect(drawing.svg.contains("2 images beyond the ends in the outermost bins"))
        let areas = drawing.svg.split(separator: "\n").filter { $0.contains("fill-opacity") }
        // The heights of a kind's bars add up to all of it, so both kinds to the same.
        func heights(_ color: String) -> Double {
            areas.filter { $0.contains(color) }.compactMap { line in
                line.split(separator: "height=\"").last?.split(separator: "\"").first.flatMap {
                    Double($0)
                }
            }.reduce(0, +)
        }
        #expect(heights("#005ea8") > 300 && abs(heights("#005ea8") - heights("#d55e00")) < 0.5)
        #expect(drawing.svg.contains(">400 normal</text>") && drawing.svg.contains(">200 abnormal</text>"))
    }

    @Test func `the bars stand where the scores are, as high as their part of the images`() throws {
        // Eight bins of width 1, the fewest.
        let scores = try LabeledScores(normal: [0, 0.5, 1, 7.9], abnormal: [8, 4, 4.5, 4])
        let svg = ScoreDistributionPicture(title: "t", scores: scores).svg
        func parts(_ color: String) -> [Double] {
            svg.split(separator: "\n").filter { $0.contains("fill-opacity") && $0.contains(color) }.map {
                let height = $0.split(separator: " height=\"")[1].split(separator: "\"")[0]
                // The axis ends 6 % above the highest bar, at 330 units.
                return (Double(height) ?? .nan) / 330 * 1.06 * 0.75
            }
        }
        let (normal, abnormal) = (parts("#005ea8"), parts("#d55e00"))
        for (found, expected) in [
            (normal, [0.5, 0.25, 0, 0, 0, 0, 0, 0.25]), (abnormal, [0, 0, 0, 0, 0.75, 0, 0, 0.25]),
        ] {
            try #require(found.count == 8)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 }, "\(found)")
        }
    }

    @Test func `equal, tiny and huge scores can be drawn`() throws {
        for (normal, abnormal) in [
            ([7, 7], [7.0]), ([0.0], [0]), ([1e-12, 2e-12], [3e-12]), ([-1e12, 0], [1e12]),
            ([1e300], [-1e300]),
        ] {
            let scores = try LabeledScores(normal: normal, abnormal: abnormal)
            let image = ScoreDistributionPicture(title: "odd", scores: scores).image(scale: 1)
            #expect(image.pixels.contains { $0 != 255 })
            #expect(ROCPicture(title: "odd", model: entry("m", scores)).svg.contains("AUC"))
        }
    }
}
