import ArgumentParser
import Foundation
import Networks
import Records
import Screening

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "The models that come with the program, and model files.",
        subcommands: [List.self, Info.self, ModelExportCommand.self, Distill.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the built-in models.")

        @Flag(help: "As JSON.")
        var json = false

        @OptionGroup var out: OutputOptions

        func run() throws {
            var rows: [[String: String]] = []
            for name in BuiltInModels.names {
                let loaded = try ModelCommand.load(name)
                let record = loaded.model.record
                rows.append([
                    "name": record.name, "version": record.version, "detector": record.detector.rawValue,
                    "purpose": record.purpose, "sha256": loaded.sha256,
                ])
            }
            if json {
                Terminal.result(String(decoding: try JSONText.encode(rows), as: UTF8.self))
            } else {
                for row in rows {
                    Terminal.result(
                        ["name", "version", "detector", "purpose"].compactMap { row[$0] }.joined(
                            separator: "\t")
                            + "\n"
                    )
                }
            }
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the card of a model: what it is for, how it was made, how good it is.",
            discussion: "Example: wsi-screen model info he-lung-demo")

        @Argument(help: "A built-in model or a model file.")
        var model: String

        @Flag(help: "The whole record as JSON.")
        var json = false

        @Flag(
            help:
                "Only the configuration that the model was trained with, as JSON; 'train --config' takes it.")
        var configuration = false

        @OptionGroup var out: OutputOptions

        func run() throws {
            if model == SelfModelSettings.name { return try showSelf() }
            let (header, sha256) = ModelCommand.header(model)
            if configuration { return Terminal.result(try trainingConfiguration(header) + "\n") }
            let record = String(decoding: try JSONText.encode(header.record), as: UTF8.self)
            if json { return Terminal.result(record) }
            if BuiltInModels.names.contains(model) { Terminal.result(try BuiltInModels.card(model) + "\n") }
            let normals = header.normalScores.sorted
            Terminal.result("SHA-256: \(sha256)\n")
            Terminal.result(
                "Scores of \(normals.count) held-out normals: \(normals.first ?? 0) to \(normals.last ?? 0), "
                    + "median \(normals[normals.count / 2])\n\nRecord:\n\(record)")
            if let text = header.configuration { Terminal.result("\nTrained with:\n\(text)\n") }
        }

        private func showSelf() throws {
            guard json else { return Terminal.result(SelfModelMeaning.card) }
            let document = ["name": SelfModelSettings.name, "card": SelfModelMeaning.card]
            Terminal.result(String(decoding: try JSONText.encode(document), as: UTF8.self))
        }

        private func trainingConfiguration(_ header: ModelHeader) throws -> String {
            if let text = header.configuration { return text }
            Terminal.exit(
                saying: "the model '\(model)' does not say how it was trained", status: ExitStatus.badInput)
        }
    }

    /// What a model says about itself; an extractor that it may need is not asked for.
    static func header(_ name: String) -> (header: ModelHeader, sha256: String) {
        do {
            let isBuiltIn = BuiltInModels.names.contains(name)
            let url = isBuiltIn ? try BuiltInModels.url(name) : URL(fileURLWithPath: name)
            return (try ModelHeader(contentsOf: url), try Checksum.sha256(ofFile: url.path))
        } catch {
            Terminal.exit(saying: "the model '\(name)' cannot be used: \(error)", status: ExitStatus.badInput)
        }
    }

    /// Help for those who look for a model that does not exist before a slide is screened.
    static func refuseSelf(_ name: String) throws(UsageFailure) {
        guard name == SelfModelSettings.name else { return }
        throw UsageFailure(
            description: "'self' is learned for each slide: give the self-model.safetensors of a result "
                + "folder (see 'wsi-screen model info self'), or ./self for a file of that name")
    }

    static func load(_ name: String, extractor: String? = nil) throws -> LoadedModel {
        do {
            return try LoadedModel.load(name, extractor: extractor.map { URL(fileURLWithPath: $0) })
        } catch {
            Terminal.exit(saying: "the model '\(name)' cannot be used: \(error)", status: ExitStatus.badInput)
        }
    }
}
