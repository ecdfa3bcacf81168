import ArgumentParser
import CAllocator
import Kernels
import Screening

/// The program. `wsi-screen SLIDE…` is short for `wsi-screen screen SLIDE…`.
@main
struct Main {
    static func main() async {
        wsi_keepMemorySmall()
        // Before a second thread exists: choosing OpenBLAS's kernels touches the environment.
        prepareMatrixProducts()
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        do {
            let words = Program.withDefaultCommand(arguments)
            // For 'train', --config names the training's own configuration, not options.
            let expanded =
                ["train", "search"].contains(words.first)
                ? words
                : try ConfigurationFile.expand(words, commandLength: Program.commandLength(of: words))
            var command = try Program.parseAsRoot(expanded)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as UsageFailure {
            Terminal.exit(saying: error.description, status: ExitStatus.usage)
        } catch let code as ExitCode {
            Terminal.exit(status: code.rawValue)
        } catch {
            finish(error)
        }
    }

    /// ArgumentParser's own endings: help goes to standard output with status 0, mistakes to standard error
    /// with 64.
    private static func finish(_ error: any Error) -> Never {
        let status = Program.exitCode(for: error).rawValue
        if status == 0 { Program.exit(withError: error) }
        let isUsage = status == ExitCode.validationFailure.rawValue
        Terminal.exit(
            saying: Program.fullMessage(for: error),
            status: isUsage ? ExitStatus.usage : ExitStatus.internalError,
            prefix: "")
    }
}

struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wsi-screen",
        abstract: "Screens whole-slide images for tissue that does not look normal.",
        discussion: """
            wsi-screen slide.tif            screens a slide; see wsi-screen-out/slide/heatmap.png
            wsi-screen screen SLIDES/ -o out   screens all slides below a folder; run again to resume
            wsi-screen train --data TILES/ -o m.safetensors   learns your normal tiles
            wsi-screen preprocess camelyon16 --root CAMELYON16 -o tiles   labeled tiles of Camelyon16
            wsi-screen xray ingest --csv … --images … --view PA -o xray-pa   prepares chest X-rays by their table
            wsi-screen evaluate --model m.safetensors --data labels.csv   how good is it
            wsi-screen doctor               checks libraries, processor and disk

            For research, not for diagnosis. Exit codes: 0 every input ended well, 64 usage, 65 some input is \
            bad, 70 internal error, 73 output cannot be created or is in use, 74 I/O error, 75 try again, 130 \
            interrupted.
            """,
        version: WSIScreen.version,
        subcommands: [
            ScreenCommand.self, TileCommand.self, PreprocessCommand.self, XRayCommand.self, TrainCommand.self,
            EvaluateCommand.self, SearchCommand.self,
            ModelCommand.self,
            DoctorCommand.self, BenchCommand.self,
        ])

    /// How many of the first words name a command and its subcommands.
    static func commandLength(of words: [String]) -> Int {
        var commands = configuration.subcommands
        var length = 0
        while length < words.count, let next = commands.first(where: { $0._commandName == words[length] }) {
            commands = next.configuration.subcommands
            length += 1
        }
        return length
    }

    /// Puts `screen` in front of arguments that do not begin with a command.
    static func withDefaultCommand(_ arguments: [String]) -> [String] {
        let known = Set(configuration.subcommands.map { $0._commandName } + ["help"])
        let own: Set<String> = [
            "--help", "-h", "--version", "--generate-completion-script", "--experimental-dump-help",
        ]
        guard let first = arguments.first, !known.contains(first), !own.contains(first),
            !first.hasPrefix("--generate-completion-script")
        else { return arguments }
        return ["screen"] + arguments
    }
}

/// A mistake in what the user typed, with the fix; ends with status 64.
struct UsageFailure: Error, CustomStringConvertible {
    let description: String
}
