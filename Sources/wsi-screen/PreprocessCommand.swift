public import ArgumentParser
import Camelyon
import Foundation
import Logging
import Preprocessing
import Records
import Screening
import Staining
import Synchronization
import Tissue

struct PreprocessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preprocess", abstract: "Prepare a known data set as its users expect it.",
        subcommands: [PreprocessCamelyon16Command.self])
}

struct PreprocessCamelyon16Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "camelyon16",
        abstract: "Cut labeled, stain-normalized tiles from Camelyon16.",
        discussion: """
            Finds the slides, outlines and reference.csv below --root, in the layout of any release, and writes \
            DIR/tiles/SLIDE/NAME.png, 768 x 768 pixels of level 0. DIR/manifest.csv has one row for each tile and is \
            read by 'train' and 'evaluate' as it is; DIR/summary.csv has one for each slide, also for those left out, \
            with the reason; DIR/counts.csv stands beside the paper's counts; DIR/rejected.csv lists tiles that were \
            chosen and could not be written.

              wsi-screen preprocess camelyon16 --root CAMELYON16 -o tiles
              wsi-screen preprocess camelyon16 --root CAMELYON16 -o paper --tiles paper_split/healthy
              wsi-screen preprocess camelyon16 --root CAMELYON16 -o x10 --magnification 10 --per-slide 200

            Without --tiles at most 50 tiles of each slide are drawn, by the paper's rules: tissue at 64 µm a pixel, all \
            nine pixels of a tile, and on tumor slides all nine points of a tile in the tumor. Normal tiles come from \
            normal slides alone. --mask otsu, --min-tissue and --tumor-fraction are other rules.

            --tiles cuts exactly the tiles of a list: names as the paper publishes them (in which x is the ROW), a folder \
            of its four lists, or a CSV with the columns slide,x,y,label, where x and y are the top left corner.

            Each tile's stain is normalized by itself, to the paper's region of normal_056 (where it is missing, \
            to the built-in model's target) or to --stain-target. \
            Configurations for training normalize what they train on themselves: --no-stain leaves it to them.

            Run the same command again to go on after an interruption: what is finished is not cut again.

            Exit codes: 64 usage or other settings, 65 some slide or the list cannot be used, 73 output impossible or in \
            use, 74 I/O, 75 disk full, 130 and 143 interrupted.
            """)

    @Option(help: ArgumentHelp("The folder into which the data set was downloaded.", valueName: "dir"))
    var root: String

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the results.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("A list of tiles, or a folder of the paper's four lists.", valueName: "list"))
    var tiles: String?

    @Option(help: ArgumentHelp("Most tiles of a slide. Default: 50.", valueName: "n"))
    var perSlide: Int?

    @Option(help: "Seed of the choice of tiles. Default: 0.")
    var seed: UInt64?

    @Option(help: "How tissue is found: paper, or otsu (saturation). Default: paper.")
    var mask: TissueRule?

    @Option(
        help: ArgumentHelp(
            "Least tissue part of a tile. Default: 1 (paper), 0.5 (otsu).", valueName: "fraction"))
    var minTissue: Double?

    @Option(
        help: ArgumentHelp(
            "Least tumor part of a tile of a tumor slide. Default: the paper's nine points.",
            valueName: "fraction"))
    var tumorFraction: Double?

    @Option(help: "40, 20 or 10: tiles of 768, 384 or 192 pixels.")
    var magnification = 40

    @Option(help: "png or jpeg.")
    var format: TileCutSettings.Output.Format = .png

    @Option(help: ArgumentHelp("Quality of JPEG, 1 to 100. Default: 90; the paper has 75.", valueName: "q"))
    var jpegQuality: Int?

    @Option(
        help: ArgumentHelp(
            "paper (a region of normal_056), an image, a model file, or the name of a built-in model. Default: paper, "
                + "or he-lung-demo where normal_056 is missing.", valueName: "target"))
    var stainTarget: String?

    @Option(help: "paper: brightness first, no gain. vahadane: match the target's 99th percentiles.")
    var match: StainMatch = .paper

    @Flag(help: "Leave the stain as scanned.")
    var noStain = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Slides whose tiles are for validation; the paper's: tumor_016 tumor_052 tumor_078 tumor_085.",
            valueName: "slide"))
    var validation: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Slides to take in that are left out by default, such as normal_027.", valueName: "slide"))
    var include: [String] = []

    @Option(help: ArgumentHelp("Microns per pixel, for slides that do not state them.", valueName: "µm"))
    var mpp: Double?

    @Option(
        help: ArgumentHelp(
            "CSV with the columns slide,mpp, for slides that do not state it.", valueName: "file"))
    var mppCsv: String?

    @Option(
        help: ArgumentHelp(
            "Part of a slide's tiles that may be unreadable before it fails.", valueName: "fraction"))
    var maxUnread = 0.01

    @Option(
        help: ArgumentHelp(
            "Most memory, in GiB; it decides how many slides are cut at once.", valueName: "GiB"))
    var memory = 4.0

    @Flag(help: "Replace what is in the output folder.")
    var overwrite = false

    @Option(help: "Workers. Default: all cores. The results do not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print the record as one JSON document on standard output.")
    var json = false

    @OptionGroup var out: OutputOptions

    func validate() throws {
        if tiles != nil,
            perSlide != nil || seed != nil || mask != nil || minTissue != nil || tumorFraction != nil
        {
            throw ValidationError(
                "--tiles says which tiles are cut; --per-slide, --seed, --mask, --min-tissue and --tumor-fraction "
                    + "choose others.")
        }
        guard (perSlide ?? 1) >= 1 else { throw ValidationError("--per-slide must be at least 1.") }
        guard [40, 20, 10].contains(magnification) else {
            throw ValidationError("--magnification is 40, 20 or 10, not \(magnification).")
        }
        for (name, value) in [("--min-tissue", minTissue ?? 0), ("--max-unread", maxUnread)]
        where !(0...1).contains(value) {
            throw ValidationError("\(name) is a fraction between 0 and 1, not \(value).")
        }
        if let tumorFraction, !(tumorFraction > 0 && tumorFraction <= 1) {
            throw ValidationError("--tumor-fraction is above 0 and at most 1, not \(tumorFraction).")
        }
        if let jpegQuality {
            guard format == .jpeg else { throw ValidationError("--jpeg-quality needs --format jpeg.") }
            guard (1...100).contains(jpegQuality) else {
                throw ValidationError("--jpeg-quality is 1 to 100.")
            }
        }
        if let mpp, !(0.05...20).contains(mpp) {
            throw ValidationError("--mpp is the size of a pixel in microns, 0.05 to 20, not \(mpp).")
        }
        guard memory >= 0.5, memory < 1e6 else { throw ValidationError("--memory is at least 0.5 GiB.") }
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
        for name in validation where CamelyonSlideName(name)?.part != .train {
            throw ValidationError("'\(name)' is no training slide of Camelyon16, such as tumor_016.")
        }
    }

    func run() async throws {
        let logger = out.makeLogger()
        do {
            let job = try await makeJob(logger)
            let display = PreprocessingDisplay(
                logger: logger, isQuiet: out.quiet,
                drawsLine: Terminal.isInteractive && out.logFormat == .text)
            let record = try await Interruption.run(
                kept: "finished tiles are kept, run the same command again to go on"
            ) { try await job.run(progress: display.show) }
            display.erase()
            try conclude(record, logger)
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    private func makeJob(_ logger: Logger) async throws -> CamelyonPreprocessing {
        let dataset = try CamelyonDataset(root: root, including: Set(include))
        try CamelyonPreprocessing.checkOutput(output, root: root)
        for name in validation where CamelyonSlideName(name).flatMap({ dataset[$0] }) == nil {
            logger.warning("--validation: \(name) was not found")
        }
        for finding in dataset.findings {
            logger.log(level: finding.isInformation ? .info : .warning, "\(finding)")
        }
        let list = try tiles.map { try TileList(contentsOf: $0) }
        if let repeats = list?.repeats, repeats.count > 0 {
            logger.warning("\(repeats.count) tiles are listed more than once; each is cut once")
        }
        let stain = noStain ? nil : try await stain(dataset, logger)
        var settings = TileCutSettings(
            version: WSIScreen.version, list: list.map(TileCutSettings.ListIdentity.init),
            sampling: list == nil ? sampling : nil, stain: stain,
            output: .init(magnification: magnification, format: format, quality: jpegQuality ?? 90))
        settings.maximumUnread = maxUnread
        settings.micronsPerPixel = mpp
        settings.resolutions = try mppCsv.map { try Checksum.sha256(ofFile: $0) }
        settings.validationSlides = Set(validation.map { $0.lowercased() }).sorted()
        var job = CamelyonPreprocessing(dataset: dataset, settings: settings, list: list, output: output)
        do { job.resolutions = try mppCsv.map(ResolutionTable.init(contentsOf:)) } catch {
            throw UsageFailure(description: "\(error)")
        }
        job.overwrite = overwrite
        job.workers = workers
        job.memoryLimit = Int(memory * 0x1p30)
        return job
    }

    /// The target that was asked for; else the paper's, and where its slide is missing the built-in model's, which is said.
    private func stain(_ dataset: CamelyonDataset, _ logger: Logger) async throws -> TileCutSettings.Stain {
        if let stainTarget {
            return try await StainTargetChoice(stainTarget).target(in: dataset, match: match)
        }
        do { return try await StainTargetChoice.paper.target(in: dataset, match: match) } catch {
            guard error is StainTargetUnusable else { throw error }
            logger.warning(
                """
                the paper's stain target cannot be had (\((error as? StainTargetUnusable)?.reason ?? "")): taken is that \
                of he-lung-demo; --stain-target names another
                """)
            return try await StainTargetChoice("he-lung-demo").target(in: dataset, match: match)
        }
    }

    private var sampling: TileCutSettings.Sampling {
        let rule = mask ?? .paper
        return TileCutSettings.Sampling(
            tissueRule: rule, minimumTissue: minTissue ?? (rule == .paper ? 1 : 0.5),
            tumorRule: tumorFraction.map(TumorRule.fraction) ?? .paper, perSlide: perSlide ?? 50,
            seed: seed ?? 0)
    }

    private func conclude(_ record: PreprocessingRecord, _ logger: Logger) throws {
        if json {
            Terminal.result(String(decoding: try JSONText.encode(record), as: UTF8.self))
        } else if !out.quiet {
            Terminal.result(record.countsText)
        }
        let failed = record.failures.values.reduce(0, +)
        if failed > 0 {
            let reasons = record.failures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            logger.warning(
                "\(failed) slides failed (\(reasons.joined(separator: ", "))); see \(output)/summary.csv")
        }
        if record.tiles == 0, failed == 0 {
            logger.warning(
                """
                no tile fulfils the rules; see \(output)/summary.csv. The paper's tissue rule takes 1.9 mm off the border \
                of small slides: --mask otsu does not
                """)
        }
        if record.rejectedTiles > 0 {
            logger.warning("\(record.rejectedTiles) tiles could not be written; see \(output)/rejected.csv")
        }
        logger.info(
            "\(record.tiles) tiles in \(ProgressDisplay.duration(record.seconds)): \(output)/manifest.csv")
        throw ExitCode(ExitStatus.of(reasons: Array(record.failures.keys)))
    }
}

extension TileCutSettings.Output.Format: ExpressibleByArgument {}

/// Shows how far a preprocessing is.
private final class PreprocessingDisplay: Sendable {
    private struct State {
        var slides = 0
        var slidesDone = 0
        /// Of slides at work.
        var atWork: [String: Int] = [:]
        var tilesDone = 0
    }

    private let line: ProgressLine
    private let logger: Logger
    private let startedAt = ContinuousClock.now
    private let state = Mutex(State())

    init(logger: Logger, isQuiet: Bool, drawsLine: Bool) {
        self.logger = logger
        line = ProgressLine(logger: logger, isQuiet: isQuiet, drawsLine: drawsLine)
    }

    func show(_ event: CamelyonPreprocessing.Event) {
        switch event {
        case .started(let slides, let lanes):
            state.withLock { $0.slides = slides }
            logger.info("\(slides) slides, \(lanes) at once")
        case .tiles(let slide, let done, _): state.withLock { $0.atWork[slide] = done }
        case .finished(let slide, let status, let tiles, let message):
            state.withLock { state in
                state.atWork[slide] = nil
                state.tilesDone += tiles
                if status != "excluded" && status != "not_listed" { state.slidesDone += 1 }
            }
            if status == "failed" {
                line.erase()
                logger.warning("\(slide): \(message)")
            }
        }
        line.show { text }
    }

    private var text: String {
        let state = state.withLock { $0 }
        let seconds = (ContinuousClock.now - startedAt) / .seconds(1)
        let tiles = state.tilesDone + state.atWork.values.reduce(0, +)
        let left = Double(state.slides - state.slidesDone) * seconds / max(Double(state.slidesDone), 0.5)
        return "\(state.slidesDone)/\(state.slides) slides, \(tiles) tiles, "
            + "\(Int(Double(tiles) / max(seconds, 1e-9)))/s, about \(ProgressDisplay.duration(left)) left"
    }

    func erase() { line.erase() }
}
