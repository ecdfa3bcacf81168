import Annotations
import Foundation
import Pixels
import TestSupport
import Testing

/// One slide in the JSON form in which Camelyon16's annotations are passed around.
struct RealSlide {
    static let names = ["073", "081", "093", "098"] + (101...110).map(String.init)

    static let isPresent = FileManager.default.fileExists(
        atPath: SharedData.url("data/camelyon16/polygons/jsons/Tumor_110.json").path)

    let tumors: [Polygon]
    let holes: [Polygon]

    init(_ number: String) throws {
        let url = SharedData.url("data/camelyon16/polygons/jsons/Tumor_\(number).json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        let lists = try #require(object as? [String: [[String: Any]]])
        func polygons(_ key: String) throws -> [Polygon] {
            try #require(lists[key]).map { entry in
                let pairs = try #require(entry["vertices"] as? [[Double]])
                return Polygon(pairs.map { Vertex(x: $0[0], y: $0[1]) })
            }
        }
        tumors = try polygons("positive")
        holes = try polygons("negative")
    }
}

/// Twice the signed area, and the length.
private func measure(_ polygon: Polygon) -> (doubleArea: Double, length: Double) {
    let vertices = polygon.vertices
    return zip(vertices, vertices.dropFirst() + vertices.prefix(1)).reduce(into: (0, 0)) { sums, edge in
        sums.0 += edge.0.x * edge.1.y - edge.1.x * edge.0.y
        let (dx, dy) = (edge.1.x - edge.0.x, edge.1.y - edge.0.y)
        sums.1 += (dx * dx + dy * dy).squareRoot()
    }
}

@Suite(.enabled(if: RealSlide.isPresent, "\(SharedData.absence)"))
struct `Real annotations` {
    @Test(arguments: RealSlide.names) func `polygons survive writing and reading`(number: String) throws {
        let slide = try RealSlide(number)
        let outlines =
            slide.tumors.map { ASAPText.Outline(group: "_0", points: ASAPText.points($0.vertices)) }
            + slide.holes.map { ASAPText.Outline(group: "_2", points: ASAPText.points($0.vertices)) }
        let file = try ASAPAnnotationFile(text: ASAPText.file(all: outlines))
        #expect(file.annotations.map(\.polygon) == slide.tumors + slide.holes)
        #expect(file.annotations.count { $0.label == .hole } == slide.holes.count)
        #expect(file.warnings.isEmpty)
    }

    @Test(arguments: RealSlide.names) func `the pixels of a polygon are its area`(number: String) throws {
        let slide = try RealSlide(number)
        for polygon in slide.tumors + slide.holes {
            let (doubleArea, length) = measure(polygon)
            let region = TumorRegion(tumors: [polygon])
            let count = region.coveredPixels(in: region.boundingBox)
            #expect(abs(Double(count) - abs(doubleArea) / 2) <= length, "\(polygon.vertices.count) vertices")
        }
    }

    @Test(arguments: RealSlide.names) func `the tiles of a slide add up to the whole`(number: String) throws {
        let slide = try RealSlide(number)
        let region = TumorRegion(tumors: slide.tumors, holes: slide.holes)
        let box = region.boundingBox
        var sum = 0
        for y in stride(from: box.y / 768 * 768, to: box.maxY, by: 768) {
            for x in stride(from: box.x / 768 * 768, to: box.maxX, by: 768) {
                sum += region.coveredPixels(in: SlideRect(x: x, y: y, width: 768, height: 768))
            }
        }
        #expect(sum == region.coveredPixels(in: box) && sum > 0)
    }
}
