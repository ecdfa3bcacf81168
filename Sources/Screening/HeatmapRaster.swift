internal import ImageFiles
internal import Pixels
internal import Tissue

/// `heatmap.tif`: the scores as float32, one pixel for each cell of the grid, NaN where nothing was scored.
///
/// Its pixel (0, 0) starts at level-0 (0, 0); the pixel size is the cell's physical size, so that it overlays
/// on the slide in programs that place images by resolution (QuPath, Fiji, tifffile).
struct HeatmapRaster {
    let plane: Plane<Float>
    let grid: TileGrid
    let calibration: MicronsPerPixel

    init(_ verdicts: [TileVerdict], grid: TileGrid, calibration: MicronsPerPixel) {
        var plane = Plane(width: grid.columns, height: grid.rows, filledWith: Float.nan)
        for verdict in verdicts {
            if let score = verdict.score { plane[verdict.site.column, verdict.site.row] = score }
        }
        self.plane = plane
        self.grid = grid
        self.calibration = calibration
    }

    func write(to path: String) throws(ImageFileError) {
        try FloatTIFF.write(
            plane, to: path, micronsPerPixelX: calibration.x * Double(grid.cellWidth),
            micronsPerPixelY: calibration.y * Double(grid.cellHeight),
            description:
                "wsi-screen scores; one pixel is \(grid.cellWidth) x \(grid.cellHeight) level-0 pixels, "
                + "origin at level-0 (0, 0); NaN: not scored")
    }
}
