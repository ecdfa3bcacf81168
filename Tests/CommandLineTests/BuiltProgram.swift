import Foundation
import TestSupport

/// The built program, run as users run it.
struct Program {
    struct Ending {
        let status: Int32
        let output: String
        let errors: String
    }

    static let path: String = {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let candidates = [beside, beside.deletingLastPathComponent()].map {
            $0.appendingPathComponent("wsi-screen").path
        }
        let built = ["release", "debug"].map {
            SharedData.packageRoot.appendingPathComponent(".build/\($0)/wsi-screen").path
        }
        return (candidates + built).first { FileManager.default.isExecutableFile(atPath: $0) } ?? "wsi-screen"
    }()

    static func start(_ arguments: [String], in folder: TemporaryFolder) throws -> (Process, Pipe, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    static func run(_ arguments: [String], in folder: TemporaryFolder) throws -> Ending {
        let (process, output, errors) = try start(arguments, in: folder)
        let errorText = errors.fileHandleForReading.readDataToEndOfFile()
        let outputText = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus, output: String(decoding: outputText, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self))
    }
}
