import Foundation
import Logging

/// Log messages on standard error, as plain lines or as one JSON object a line.
struct StandardErrorLog: LogHandler {
    let isJSON: Bool
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        guard isJSON else {
            let tail = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            let prefix = event.level >= .warning ? "\(event.level): " : ""
            Terminal.note(prefix + "\(event.message)" + tail)
            return
        }
        var object = fields.mapValues { "\($0)" }
        object["level"] = "\(event.level)"
        object["message"] = "\(event.message)"
        object["time"] = Date().formatted(.iso8601)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(object) { Terminal.note(String(decoding: data, as: UTF8.self)) }
    }
}
