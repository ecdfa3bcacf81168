import ArgumentParser
import Foundation
import Logging
import Networks
import ONNXExport
import Records
import Screening

/// `model export`: a model for programs in other languages.
struct ModelExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a model as an ONNX file, to be run by other programs.",
        discussion: """
            Example: wsi-screen model export he-lung-demo --onnx he-lung-demo.onnx

            In Python, with `pip install onnxruntime`:

              import numpy as np, onnxruntime
              session = onnxruntime.InferenceSession("he-lung-demo.onnx")
              score = session.run(["score"], {"crops": np.float32(crops) / 127.5 - 1})[0]

            `crops` are images of 0 to 255 with the axes [N, channels, height, width]; N is free. They must \
            be made as the model's recipe says: see the documentation of this input, and the record under \
            `wsi_screen`, in session.get_modelmeta().custom_metadata_map. Outputs: `score` [N], the higher \
            the more unusual; `reconstruction`; `latent`; and, for models that look at one layer, `map` \
            [N, 1, height, width], where the image is unusual.

            For research, not for diagnosis. The weights of the extractor become part of the file; the \
            licences of weights and training data bind its users, too.
            """)

    @Argument(help: "A built-in model or a model file.")
    var model: String

    @Option(help: ArgumentHelp("The file to write.", valueName: "out.onnx"))
    var onnx: String

    @Option(
        help: ArgumentHelp(
            "Weights of the perceptual extractor, for models that do not contain it.",
            valueName: "vgg19.safetensors"))
    var extractor: String?

    @Flag(help: "Replace the file if it exists.")
    var overwrite = false

    @Flag(help: "Print path, SHA-256, inputs and outputs as JSON.")
    var json = false

    @OptionGroup var out: OutputOptions

    private struct Report: Encodable {
        struct Value: Encodable {
            let name: String
            /// Extents along the axes; "N" is the number of images.
            let shape: [String]
            let documentation: String
        }

        let path: String
        let sha256: String
        let bytes: Int
        let inputs: [Value]
        let outputs: [Value]
    }

    func run() throws {
        try ModelCommand.refuseSelf(model)
        refuseExistingFile()
        let exported = export()
        write(exported.bytes)
        let sha256 = Checksum.sha256(exported.bytes)
        out.makeLogger().info("wrote \(onnx), \(exported.bytes.count) bytes, SHA-256 \(sha256)")
        guard json else { return }
        let report = Report(
            path: onnx, sha256: sha256, bytes: exported.bytes.count, inputs: exported.inputs.map(value),
            outputs: exported.outputs.map(value))
        Terminal.result(String(decoding: try JSONText.encode(report), as: UTF8.self))
    }

    private func value(_ value: ONNXValue) -> Report.Value {
        Report.Value(
            name: value.name, shape: value.dimensions.map(\.description), documentation: value.documentation)
    }

    private func export() -> ONNXModel {
        do {
            let isBuiltIn = BuiltInModels.names.contains(model)
            return try ONNXModel(
                contentsOf: isBuiltIn ? BuiltInModels.url(model) : URL(fileURLWithPath: model),
                extractor: extractor.map { URL(fileURLWithPath: $0) }, producerVersion: WSIScreen.version)
        } catch {
            Terminal.exit(
                saying: "the model '\(model)' cannot be exported: \(error)", status: ExitStatus.badInput)
        }
    }

    private func refuseExistingFile() {
        guard !overwrite, FileManager.default.fileExists(atPath: onnx) else { return }
        Terminal.exit(
            saying: "'\(onnx)' exists; choose another name with --onnx, or replace it with --overwrite",
            status: ExitStatus.cannotCreateOutput)
    }

    private func write(_ bytes: [UInt8]) {
        do throws(FileError) { try AtomicFile.write(bytes, to: onnx) } catch {
            let isImpossible = error.operation == .create || error.isForbidden
            Terminal.exit(
                saying: "\(error); check the folder and its free space, or choose another with --onnx",
                status: error.isDiskFull
                    ? ExitStatus.temporary : isImpossible ? ExitStatus.cannotCreateOutput : ExitStatus.ioError
            )
        }
    }
}
