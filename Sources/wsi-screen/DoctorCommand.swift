import ArgumentParser
import Foundation
import Kernels
import Networks
import Records
import Screening
import Slides

/// Can I run here? Every line is one check; the exit status is 0 if all of them pass.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check libraries, processor, built-in model, write access and free space.")

    @Option(name: [.customShort("o"), .long], help: "Folder to check for writing.")
    var output = "."

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var out: OutputOptions

    private struct Check: Encodable {
        let name: String
        let value: String
        let isGood: Bool
    }

    func run() throws {
        let checks = [
            Check(name: "wsi-screen", value: WSIScreen.version, isGood: true),
            openSlide(), matrixProducts(), vectorKernels(), memory(), model(), writing(), space(),
        ]
        if json {
            Terminal.result(String(decoding: try JSONText.encode(checks), as: UTF8.self))
        } else {
            for check in checks {
                let name = check.name.padding(toLength: 18, withPad: " ", startingAt: 0)
                Terminal.result("\(check.isGood ? "ok  " : "BAD ") \(name) \(check.value)\n")
            }
        }
        if checks.contains(where: { !$0.isGood }) { throw ExitCode(ExitStatus.internalError) }
    }

    private func openSlide() -> Check {
        let version = openSlideVersion
        let isKnown = version.hasPrefix("3.4") || version.hasPrefix("4.")
        return Check(
            name: "OpenSlide", value: version + (isKnown ? "" : " (3.4 or 4 is needed)"), isGood: isKnown)
    }

    private func matrixProducts() -> Check {
        let kernel = prepareMatrixProducts()
        return Check(name: "OpenBLAS kernel", value: kernel, isGood: true)
    }

    private func vectorKernels() -> Check {
        Check(name: "numeric kernels", value: "\(KernelPath.current)", isGood: true)
    }

    private func memory() -> Check {
        let process = ProcessInfo.processInfo
        let gibibytes = Double(process.physicalMemory) / Double(1 << 30)
        return Check(
            name: "processor, memory",
            value: "\(process.activeProcessorCount) cores, \((gibibytes * 10).rounded() / 10) GiB",
            isGood: gibibytes > 1)
    }

    private func model() -> Check {
        do {
            let loaded = try LoadedModel.load(BuiltInModels.standard)
            return Check(name: "built-in model", value: loaded.model.record.name, isGood: true)
        } catch {
            return Check(name: "built-in model", value: "\(error)", isGood: false)
        }
    }

    private func writing() -> Check {
        let probe = output + "/.wsi-screen-doctor-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try AtomicFile.write([], to: probe)
            try AtomicFile.remove(probe)
            return Check(name: "write access", value: output, isGood: true)
        } catch {
            return Check(name: "write access", value: error.description, isGood: false)
        }
    }

    private func space() -> Check {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: output)
        guard let bytes = (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue else {
            return Check(name: "free space", value: "unknown", isGood: true)
        }
        let gibibytes = bytes / Double(1 << 30)
        return Check(
            name: "free space", value: "\((gibibytes * 10).rounded() / 10) GiB", isGood: gibibytes > 0.1)
    }
}
