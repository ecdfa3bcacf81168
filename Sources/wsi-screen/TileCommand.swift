public import ArgumentParser
import Foundation
import ImageFiles
import Networks
import Pixels
import Screening
public import Staining
import Tissue

struct TileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tile",
        abstract: "Cut slides into stain-normalized tiles, without a model.",
        discussion: """
            For each slide: find the tissue, lay a grid of tiles (768 px at 0.25 µm: 192 µm), normalize the \
            stain, and write DIR/SLIDE/tiles/x…_y….png, tiles.csv, mask.png, thumbnail.png and manifest.json. \
            Names and table give level-0 coordinates.

              wsi-screen tile slide.svs -o tiles --max-tiles 50
              wsi-screen tile SLIDES/ -o tiles --stain tile --stain-target good-tile.png
              wsi-screen tile slide.svs -o tiles --stain none
            """)

    @OptionGroup var slide: SlideOptions
    @OptionGroup var out: OutputOptions

    @Option(help: "slide: one stain matrix for the slide. tile: one for each tile. none: pixels as scanned.")
    var stain: StainChoice = .slide

    @Option(help: "vahadane: match the target's 99th percentiles. paper: brightness first, no gain.")
    var match: StainMatch = .vahadane

    @Option(
        help: ArgumentHelp(
            "PNG or JPEG whose stain the tiles get. Default: the target of the built-in model.",
            valueName: "image"))
    var stainTarget: String?

    @Option(help: ArgumentHelp("Side of a tile in pixels at --tile-resolution.", valueName: "px"))
    var tileSize = 768

    @Option(
        help: ArgumentHelp(
            "Resolution at which --tile-size counts. Tiles are never enlarged.", valueName: "µm"))
    var tileResolution = 0.25

    enum StainChoice: String, ExpressibleByArgument, CaseIterable {
        case none, slide, tile
    }

    func validate() throws {
        guard slide.output != nil else { throw ValidationError("Say where the tiles go with -o DIR.") }
        guard (16...8_192).contains(tileSize) else {
            throw ValidationError("--tile-size must be 16 to 8192.")
        }
        guard (0.05...20).contains(tileResolution) else {
            throw ValidationError("--tile-resolution is in microns per pixel, 0.05 to 20.")
        }
    }

    func run() async throws {
        let run = BatchRun.tiling(
            try slide.inputs(), settings: slide.settings(defaultCoverage: .sparse),
            export: TileExportSettings(
                scope: scope, match: match, target: try target(), tileSide: tileSize,
                tileResolution: tileResolution),
            output: slide.output ?? "", resolutions: try slide.resolutions(), workers: slide.workers,
            overwrite: slide.overwrite, arguments: CommandLine.arguments)
        try await BatchCommand(run: run, options: out).execute()
    }

    private var scope: StainScope? {
        switch stain {
        case .none: nil
        case .slide: .slide
        case .tile: .tile
        }
    }

    private func target() throws -> StainTarget? {
        guard scope != nil else { return nil }
        guard let path = stainTarget else { return try ModelCommand.load("he-lung-demo").model.stainTarget }
        do {
            let url = URL(fileURLWithPath: path)
            let image =
                url.pathExtension.lowercased() == "png" ? try PNGFile.read(url) : try JPEGFile.read(url)
            return StainTarget(try VahadaneFitter(match: match).fit(image, step: 1))
        } catch {
            Terminal.exit(saying: "the stain target cannot be used: \(error)", status: ExitStatus.badInput)
        }
    }
}

extension StainMatch: ExpressibleByArgument {}
