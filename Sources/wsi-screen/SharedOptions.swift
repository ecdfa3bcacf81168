public import ArgumentParser
import Foundation
import Logging
public import Screening
public import Tissue
import Training

/// How much is said, and how; and where options come from.
struct OutputOptions: ParsableArguments {
    @OptionGroup var logging: LoggingOptions

    @Option(
        help: ArgumentHelp("Options from a YAML file (option: value); flags win.", valueName: "file.yaml"))
    var config: String?

    var quiet: Bool { logging.quiet }
    var logFormat: LoggingOptions.LogFormat { logging.logFormat }
    func makeLogger() -> Logger { logging.makeLogger() }
}

/// How much is said, and how.
struct LoggingOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Option(help: "Least severe message shown: debug, info, warning or error.")
    var logLevel: LogLevel = .info

    @Option(help: "Messages as text or as one JSON object a line.")
    var logFormat: LogFormat = .text

    enum LogLevel: String, ExpressibleByArgument, CaseIterable {
        case debug, info, warning, error
    }

    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func makeLogger() -> Logger {
        var logger = Logger(label: "wsi-screen") { _ in StandardErrorLog(isJSON: logFormat == .json) }
        let level: Logger.Level =
            switch logLevel {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        logger.logLevel = quiet ? .error : level
        return logger
    }
}

/// How many images of a data set may be unusable.
struct BadImageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Unreadable images that are put up with: a number, or a fraction below 1. They are listed.",
            valueName: "n|fraction"))
    var maxBad = 0.05

    func validate() throws {
        guard maxBad >= 0, maxBad < 1 || (maxBad == maxBad.rounded() && maxBad < 0x1p53) else {
            throw ValidationError("--max-bad is a whole number or a fraction below 1, not \(maxBad).")
        }
    }

    var allowance: BadImageAllowance { maxBad < 1 ? .fraction(maxBad) : .count(Int(maxBad)) }
}

/// Which slides, and how they are cut.
struct SlideOptions: ParsableArguments {
    @Argument(help: "Slides, or folders to search for slides.")
    var slides: [String] = []

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the results.", valueName: "dir"))
    var output: String?

    @Option(help: "dense: every tissue pixel in one cell (screen). sparse: one crop per tile (tile).")
    var coverage: Coverage?

    @Option(
        help:
            "How tissue is found: otsu (saturation), or paper (as for Camelyon16 in the paper)."
    )
    var mask: TissueRule = .otsu

    @Option(
        help: ArgumentHelp(
            "Least tissue part of a cell, 0 to 1. Default: any (dense), 0.5 (sparse), 1 (--mask paper).",
            valueName: "fraction"))
    var minTissue: Double?

    @Option(help: ArgumentHelp("At most this many tiles per slide, a seeded random subset.", valueName: "n"))
    var maxTiles: Int?

    @Option(help: "Seed of every random choice.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Microns per pixel, for slides that do not state them.", valueName: "µm"))
    var mpp: Double?

    @Option(
        help: ArgumentHelp(
            "CSV with the columns slide,mpp, for slides that do not state it.", valueName: "file"))
    var mppCsv: String?

    @Option(
        help: ArgumentHelp(
            "Part of the tiles that may be unreadable before a slide fails.", valueName: "fraction"))
    var maxUnread: Double = 0.01

    @Option(help: "Workers for each stage. Default: all cores. The results do not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Work again on slides that are already finished in the output folder.")
    var overwrite = false

    func validate() throws {
        guard !slides.isEmpty else { throw ValidationError("Give at least one slide or a folder of slides.") }
        for (name, value) in [("--min-tissue", minTissue ?? 0), ("--max-unread", maxUnread)]
        where !(0...1).contains(value) {
            throw ValidationError("\(name) is a fraction between 0 and 1, not \(value).")
        }
        if let mpp, !(0.05...20).contains(mpp) {
            throw ValidationError("--mpp is the size of a pixel in microns, 0.05 to 20, not \(mpp).")
        }
        if let maxTiles, maxTiles < 1 { throw ValidationError("--max-tiles must be at least 1.") }
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
    }

    func settings(defaultCoverage: Coverage, aggregate: Aggregate = .top1pctMean) -> ScreenSettings {
        ScreenSettings(
            coverage: coverage ?? defaultCoverage, tissueRule: mask, minimumTissue: minTissue,
            maximumTiles: maxTiles, seed: seed, aggregate: aggregate, maximumUnread: maxUnread,
            micronsPerPixel: mpp)
    }

    func inputs() throws -> [SlideInput] {
        do { return try SlideInputs.resolve(slides, output: output ?? "wsi-screen-out") } catch {
            throw UsageFailure(description: error.description)
        }
    }

    func resolutions() throws -> ResolutionTable? {
        do { return try mppCsv.map(ResolutionTable.init(contentsOf:)) } catch {
            throw UsageFailure(description: "\(error)")
        }
    }
}

extension Coverage: ExpressibleByArgument {}
extension TissueRule: ExpressibleByArgument {}
extension Aggregate: ExpressibleByArgument {}
