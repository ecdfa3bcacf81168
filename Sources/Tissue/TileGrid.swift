public import Pixels

/// How densely a slide is sampled.
public enum Coverage: String, Sendable, Codable, CaseIterable {
    /// One score crop in every tile: a ninth of the area for 768 / 256 px. For triage.
    case sparse
    /// Score crops side by side: every tissue pixel lies in exactly one.
    case dense
}

/// The global grid of a slide, in whole level-0 pixels with origin (0, 0).
///
/// A **tile** is the field on which the stain is looked at, a **crop** its central part that is scored, a
/// **cell** the square of the grid that a result stands for: the tile when coverage is sparse, the crop when
/// it is dense. Cells never overlap. The crop's side is rounded to whole pixels first and the tile follows from
/// it. Where a model's tile is an odd multiple of its crop (768 = 3 x 256), sparse crops are therefore also
/// cells of the dense grid; with other ratios (768 and 512) they are not.
public struct TileGrid: Sendable, Equatable {
    public let coverage: Coverage
    public let slideWidth: Int
    public let slideHeight: Int
    /// Sides in level-0 pixels.
    public let tileWidth: Int
    public let tileHeight: Int
    public let cropWidth: Int
    public let cropHeight: Int

    /// - Parameters:
    ///   - tileMicrons, cropMicrons: sides of tile and crop in µm; the crop is not larger than the tile.
    public init(
        slideWidth: Int, slideHeight: Int, calibration: MicronsPerPixel, tileMicrons: Double,
        cropMicrons: Double,
        coverage: Coverage
    ) {
        precondition(
            cropMicrons > 0 && tileMicrons >= cropMicrons, "a crop of \(cropMicrons) in \(tileMicrons) µm")
        self.coverage = coverage
        self.slideWidth = slideWidth
        self.slideHeight = slideHeight
        (cropWidth, tileWidth) = Self.sides(cropMicrons, tileMicrons, micronsPerPixel: calibration.x)
        (cropHeight, tileHeight) = Self.sides(cropMicrons, tileMicrons, micronsPerPixel: calibration.y)
    }

    private static func sides(_ crop: Double, _ tile: Double, micronsPerPixel: Double) -> (
        crop: Int, tile: Int
    ) {
        let cropPixels = max(1, Int((crop / micronsPerPixel).rounded()))
        let tilePixels = Int((tile / crop * Double(cropPixels)).rounded())
        return (cropPixels, max(cropPixels, tilePixels))
    }

    public var cellWidth: Int { coverage == .sparse ? tileWidth : cropWidth }
    public var cellHeight: Int { coverage == .sparse ? tileHeight : cropHeight }
    /// Number of cells along x and y; the last ones may reach over the slide's border.
    public var columns: Int { (slideWidth + cellWidth - 1) / cellWidth }
    public var rows: Int { (slideHeight + cellHeight - 1) / cellHeight }

    /// The square that the result of a cell stands for.
    public func cell(column: Int, row: Int) -> SlideRect {
        SlideRect(x: column * cellWidth, y: row * cellHeight, width: cellWidth, height: cellHeight)
    }

    /// The part of a cell that is scored.
    public func crop(column: Int, row: Int) -> SlideRect {
        switch coverage {
        case .dense: cell(column: column, row: row)
        case .sparse:
            SlideRect(
                x: column * tileWidth + (tileWidth - cropWidth) / 2,
                y: row * tileHeight + (tileHeight - cropHeight) / 2, width: cropWidth, height: cropHeight)
        }
    }

    /// The field around the crop.
    public func tile(column: Int, row: Int) -> SlideRect {
        let crop = crop(column: column, row: row)
        return SlideRect(
            x: crop.x - (tileWidth - cropWidth) / 2, y: crop.y - (tileHeight - cropHeight) / 2,
            width: tileWidth,
            height: tileHeight)
    }
}
