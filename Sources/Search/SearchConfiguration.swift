public import Foundation
public import Training

/// What a search tries: a configuration of `train`, and what of it is varied.
///
/// In YAML: `base`, a file beside this one or a section of its own; `grid`, one entry for each parameter with a list of
/// values; `folds`, `seed`, `abandon_behind`.
public struct SearchConfiguration: Sendable {
    /// The configuration that the grid's values are put into.
    let base: ConfigurationNode
    public let axes: [SearchAxis]
    /// Parts that the normal images are divided into.
    public let folds: Int
    /// Decides the folds and which anomalies choose.
    public let seed: UInt64
    /// A trial whose area is this far behind the best after a fold is not continued; nil: every trial is finished.
    public let abandonBehind: Double?
    /// Folder to which a stain target's path is relative.
    public let folder: URL?

    private static let longest = 1 << 20

    /// Largest number of combinations.
    public static let trialLimit = 10_000

    /// - Parameter folder: where the file lies, for paths in it; nil if none may be used.
    /// - Throws: ``ConfigurationError``.
    public init(yaml text: String, folder: URL? = nil) throws(ConfigurationError) {
        let root = try ConfigurationSection(
            ConfigurationNode(yaml: text), path: "",
            known: ["base", "grid", "folds", "seed", "abandon_behind"])
        (base, self.folder) = try Self.base(root, folder: folder)
        axes = try SearchAxis.axes(root)
        folds = try root.integer("folds", in: 2...20) ?? 3
        seed = UInt64(try root.integer("seed", in: 0...Int.max) ?? 1)
        abandonBehind = try root.number("abandon_behind", in: 0.001...1)
        let count = axes.reduce(1) { min($0 * $1.values.count, Self.trialLimit + 1) }
        guard count <= Self.trialLimit else {
            throw .contradiction("the grid has more than \(Self.trialLimit) combinations; try fewer values")
        }
        _ = try trials()
    }

    /// Reads a file.
    public init(contentsOf url: URL) throws(ConfigurationError) {
        let text = try Self.text(of: url)
        try self.init(yaml: text, folder: url.deletingLastPathComponent())
    }

    private static func text(of url: URL) throws(ConfigurationError) -> String {
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            let bytes = try file.read(upToCount: longest + 1) ?? Data()
            guard bytes.count <= longest else {
                throw ConfigurationError.unreadable(path: url.path, reason: "it is longer than 1 MiB")
            }
            guard let text = String(data: bytes, encoding: .utf8) else {
                throw ConfigurationError.unreadable(path: url.path, reason: "it is no UTF-8 text")
            }
            return text
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw .unreadable(path: url.path, reason: error.localizedDescription)
        }
    }

    /// The base, and the folder that its paths count from.
    private static func base(
        _ root: ConfigurationSection, folder: URL?
    ) throws(ConfigurationError) -> (ConfigurationNode, URL?) {
        guard let node = root.node("base") else { return (TrainingConfiguration.tissue.node, folder) }
        guard case .text(let path) = node.value else {
            guard case .mapping = node.value else {
                throw .wrongType(
                    key: "base", line: node.line, expected: "a file or a section", found: node.kind)
            }
            return (node, folder)
        }
        let url = URL(fileURLWithPath: path, relativeTo: folder)
        return (try ConfigurationNode(yaml: text(of: url)), url.deletingLastPathComponent())
    }

    /// One trial for each different configuration of the grid, in the order of its values, the last axis fastest.
    /// Combinations that are no configuration are left out, with the reason.
    ///
    /// - Throws: the reason, if no combination is a configuration, or if one names what does not exist.
    public func trials() throws(ConfigurationError) -> (trials: [SearchTrial], impossible: [ImpossibleTrial])
    {
        var trials: [SearchTrial] = []
        var impossible: [ImpossibleTrial] = []
        var known: [String: Int] = [:]
        for places in SearchAxis.places(axes) {
            var node = base
            for (axis, place) in zip(axes, places) {
                for setting in axis.values[place].settings {
                    node = try node.setting(setting.path, to: setting.value)
                }
            }
            do throws(ConfigurationError) {
                let configuration = try TrainingConfiguration(node)
                let json = try configuration.json()
                if let same = known[json] {
                    trials[same].aliases.append(places)
                    continue
                }
                known[json] = trials.count
                trials.append(
                    SearchTrial(places: places, configuration: configuration, json: json, aliases: [places]))
            } catch {
                guard case .contradiction = error else { throw error }
                impossible.append(ImpossibleTrial(places: places, reason: error.description))
            }
        }
        try refuseUseless(trials, impossible)
        return (trials, impossible)
    }

    /// A value that is possible with nothing is a mistake, better named now than after days.
    private func refuseUseless(
        _ trials: [SearchTrial], _ impossible: [ImpossibleTrial]
    ) throws(ConfigurationError) {
        let used = trials.flatMap(\.aliases)
        for (place, axis) in axes.enumerated() {
            for (index, value) in axis.values.enumerated() where !used.contains(where: { $0[place] == index })
            {
                let reason = impossible.first { $0.places[place] == index }?.reason ?? ""
                throw .contradiction(
                    "\(axis.name) \(value.label) is possible with nothing in the grid: \(reason)")
            }
        }
    }
}

/// A configuration of the grid.
public struct SearchTrial: Sendable, Equatable {
    /// Of each axis, the index of its value; of several combinations that are the same configuration, the first.
    public let places: [Int]
    public let configuration: TrainingConfiguration
    /// The configuration's canonical form.
    public let json: String
    /// The places of all combinations that are this configuration: a width means nothing to a detector without a network.
    public internal(set) var aliases: [[Int]]

    /// Whether a combination with these places, by axis, is this configuration.
    func has(_ values: [Int: Int]) -> Bool {
        aliases.contains { places in values.allSatisfy { places[$0.key] == $0.value } }
    }

    /// Whether it has this value of an axis, and means it: no other value would be the same configuration.
    func means(_ value: Int, of axis: Int) -> Bool { aliases.allSatisfy { $0[axis] == value } }

    /// Its value of an axis; `-` if several are the same to it.
    func label(_ axis: Int, of configuration: SearchConfiguration) -> String {
        let values = Set(aliases.map { $0[axis] })
        return values.count > 1 ? "-" : configuration.axes[axis].values[places[axis]].label
    }
}

/// A combination that is no configuration, such as a network larger than its image.
public struct ImpossibleTrial: Sendable, Equatable {
    public let places: [Int]
    public let reason: String
}
