public import Pixels

/// The scores of a slide on a grid of cells that begins at level-0 (0, 0), NaN where nothing was scored.
public struct ScoreMap: Sendable {
    public let scores: Plane<Float>
    /// Size of a cell in level-0 pixels.
    public let cellWidth: Int
    public let cellHeight: Int
    public let slide: SlideExtent

    /// Traps when a cell is empty or begins outside the slide. The last cells may reach over its border.
    public init(_ scores: Plane<Float>, cellWidth: Int, cellHeight: Int, slide: SlideExtent) {
        precondition(cellWidth > 0 && cellHeight > 0, "cells of \(cellWidth) x \(cellHeight)")
        precondition(
            (scores.width - 1) * cellWidth < slide.width && (scores.height - 1) * cellHeight < slide.height,
            "\(scores.width) x \(scores.height) cells of \(cellWidth) x \(cellHeight) on \(slide)")
        self.scores = scores
        self.cellWidth = cellWidth
        self.cellHeight = cellHeight
        self.slide = slide
    }

    /// The middle of a cell: the pixel to the lower right of the exact center where the side is even. Where
    /// that lies beyond the slide, the slide's last pixel.
    func center(column: Int, row: Int) -> (x: Int, y: Int) {
        (
            min(column * cellWidth + cellWidth / 2, slide.width - 1),
            min(row * cellHeight + cellHeight / 2, slide.height - 1)
        )
    }
}
