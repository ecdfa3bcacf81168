internal import Kernels
internal import Pixels
package import Tissue

/// The places of a slide that its own model learns from, and those that tell how the majority scores.
///
/// Both are drawn by a hash of seed and position, whatever coverage and cap the screening has: the model belongs to
/// the slide and the seed. Cells of the dense grid are held out in neighborhoods of 2 x 2, scattered over the slide
/// so that they represent it; no pixel of a held-out crop is in the field of a training place.
package struct SelfModelSample: Sendable {
    /// Places half a crop apart with enough tissue and without pen or black.
    package let candidates: Int
    /// In row-major order.
    package let training: [TileSite]
    /// In row-major order.
    package let heldOut: [TileSite]

    /// Crops with more glass than this say little about the tissue.
    static let minimumTissue = 0.5
    /// Part of the cells that is held out on small slides.
    static let heldOutPart = 0.125
    /// What the mask's own resolution leaves of a pen at its border is no pen.
    static let maximumForeign = 0.001

    private struct Place: Hashable {
        let column: Int
        let row: Int
    }

    /// - Parameter grid: dense.
    package init(grid: TileGrid, mask: TissueMask, settings: SelfModelSettings, seed: UInt64) {
        let sites = OverlappingSampler(
            grid: grid, minimumTissue: Self.minimumTissue, maximumForeign: Self.maximumForeign
        ).sites(on: mask)
        candidates = sites.count
        heldOut = Self.heldOut(
            sites.filter { $0.column.isMultiple(of: 2) && $0.row.isMultiple(of: 2) }, settings, seed)
        let near = Self.near(heldOut, grid)
        let apart = sites.filter { !near.contains(Place(column: $0.column, row: $0.row)) }
        training = Self.drawn(settings.trainingCells, of: apart, seed)
    }

    /// Whole neighborhoods in the order of their hash, until there are enough cells.
    private static func heldOut(
        _ cells: [TileSite], _ settings: SelfModelSettings, _ seed: UInt64
    ) -> [TileSite] {
        let part = Int((heldOutPart * Double(cells.count)).rounded(.up))
        let wanted = min(settings.heldOutCells, max(part, SelfModelSettings.fewestHeldOut))
        let neighborhoods = Dictionary(grouping: cells) { Place(column: $0.column / 4, row: $0.row / 4) }
        let ranked = neighborhoods.map { place, cells in
            (cells: cells, rank: SeededGenerator.hash(seed, 0x4865_6C64, place.column, place.row))
        }
        var chosen: [TileSite] = []
        for (cells, _) in ranked.sorted(by: { $0.rank < $1.rank }) where chosen.count < wanted {
            chosen += cells
        }
        return chosen.sorted { $0.index < $1.index }
    }

    private static func drawn(_ count: Int, of sites: [TileSite], _ seed: UInt64) -> [TileSite] {
        let ranked = sites.map { ($0, SeededGenerator.hash(seed, 0x5365_6C66, $0.column, $0.row)) }
        return ranked.sorted { $0.1 < $1.1 }.prefix(count).map(\.0).sorted { $0.index < $1.index }
    }

    /// The places whose tile touches the crop of one of `cells`.
    private static func near(_ cells: [TileSite], _ grid: TileGrid) -> Set<Place> {
        let columns = reach(crop: grid.cropWidth, tile: grid.tileWidth)
        let rows = reach(crop: grid.cropHeight, tile: grid.tileHeight)
        var places: Set<Place> = []
        for cell in cells {
            for row in (cell.row - rows)...(cell.row + rows) {
                for column in (cell.column - columns)...(cell.column + columns) {
                    places.insert(Place(column: column, row: row))
                }
            }
        }
        return places
    }

    /// How many half crops a crop and a tile may be apart and still touch.
    private static func reach(crop: Int, tile: Int) -> Int {
        let margin = (tile - crop + 1) / 2
        return (2 * (crop + margin) - 1) / crop
    }
}

/// A slide without enough tissue of its own to learn from.
enum TooLittleTissueForSelf: Error {
    /// In square millimeters.
    case tissue(found: Double, needed: Double)
    /// Too few places to begin with: those whose field touches a held-out crop are not trained on.
    case drawn(training: Int, heldOut: Int)
    /// Places that could be read and have a stain, of those that were drawn.
    case usable(found: Int, of: Int)
}
