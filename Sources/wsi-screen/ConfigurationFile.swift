import Foundation
import Yams

/// `--config FILE.yaml`: options from a file. A flag on the command line wins.
///
/// The file is a mapping of option names without dashes to values (`coverage: sparse`, `overwrite: true`,
/// `max-tiles: 500`). It is turned into arguments that stand before the user's own, of which the parser takes
/// the last.
enum ConfigurationFile {
    /// - Parameter commandLength: how many words of `arguments` name the command, as 2 for `model info`.
    static func expand(_ arguments: [String], commandLength: Int) throws -> [String] {
        guard let path = path(in: arguments) else { return arguments }
        return arguments.prefix(commandLength) + (try options(inFile: path))
            + arguments.dropFirst(commandLength)
    }

    private static func path(in arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return nil }
            if argument == "--config", index + 1 < arguments.count { return arguments[index + 1] }
            if argument.hasPrefix("--config=") { return String(argument.dropFirst("--config=".count)) }
        }
        return nil
    }

    static func options(inFile path: String) throws -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw UsageFailure(description: "the configuration file '\(path)' cannot be read as UTF-8 text")
        }
        do {
            return try options(inText: text, path: path)
        } catch let error as YamlError {
            throw UsageFailure(description: "the configuration file '\(path)' is not valid YAML: \(error)")
        }
    }

    static func options(inText text: String, path: String) throws -> [String] {
        guard let node = try Yams.compose(yaml: text) else { return [] }
        guard let mapping = node.mapping else {
            throw UsageFailure(
                description: "the configuration file '\(path)' must be a mapping such as 'coverage: sparse'")
        }
        return try mapping.flatMap { key, value -> [String] in
            guard let name = key.string, let scalar = value.scalar?.string else {
                throw UsageFailure(
                    description: "the configuration file '\(path)' may hold only lines 'option: value'")
            }
            if let isOn = value.bool { return isOn ? ["--\(name)"] : [] }
            return ["--\(name)", scalar]
        }
    }
}
