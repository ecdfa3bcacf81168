import Kernels
import Pixels

/// The lesions of a slide with tumor as Camelyon16's evaluation delimits them, and where they are.
///
/// From the tumor in pixels of 32 level-0 pixels: everything nearer than 37.5 µm is added, holes are filled,
/// what is connected (also by corners) is one lesion, and lesions shorter than 275 µm are isolated tumor
/// cells. Lesions are numbered from 1 in the order of their first pixel, row by row.
public struct EvaluationMask: Sendable {
    /// One connected region of the mask.
    public struct Lesion: Sendable, Equatable {
        /// Its number, from 1.
        public let label: Int
        /// In mask pixels, with what was added.
        public let area: Int
        /// Length of the major axis in mask pixels.
        public let length: Double
        /// Too short for a metastasis: detections in it are ignored.
        public let isIsolatedCells: Bool
    }

    /// Size in mask pixels.
    public let width: Int
    public let height: Int
    public let lesions: [Lesion]
    private let window: PixelRect
    /// Of the window.
    private let labels: Plane<Int32>

    public init(_ raster: TumorRaster) {
        width = raster.width
        height = raster.height
        window = raster.window
        let filled = raster.tumor.grown(within: OfficialRule.growth).fillingHoles(smallerThan: .max)
        let regions = ConnectedComponents(of: filled)
        labels = regions.labels
        let measured = RegionLengths(of: labels, count: regions.areas.count)
        lesions = measured.lengths.indices.map { index in
            Lesion(
                label: index + 1, area: measured.areas[index], length: measured.lengths[index],
                isIsolatedCells: measured.lengths[index] < OfficialRule.isolatedCellsLength)
        }
    }

    /// The number of the lesion at a pixel of the mask, 0 for none, nil outside the mask.
    public func label(column: Int, row: Int) -> Int? {
        guard (0..<width).contains(column), (0..<height).contains(row) else { return nil }
        guard (window.x..<window.maxX).contains(column), (window.y..<window.maxY).contains(row) else {
            return 0
        }
        return Int(labels[column - window.x, row - window.y])
    }

    /// The number of the lesion at a level-0 pixel, 0 for none, nil outside the slide.
    public func label(atX x: Int, y: Int) -> Int? {
        guard x >= 0, y >= 0 else { return nil }
        return label(column: x / OfficialRule.downsample, row: y / OfficialRule.downsample)
    }
}

extension Plane where Value == Bool {
    /// The pixels nearer than `limit` to a set pixel.
    func grown(within limit: Double) -> Plane<Bool> {
        var grown = Plane(width: width, height: height, filledWith: false)
        SquaredDistances(to: self).forEachRow { row, squares in
            for (column, square) in squares.enumerated() {
                grown[column, row] = Double(square).squareRoot() < limit
            }
        }
        return grown
    }
}
