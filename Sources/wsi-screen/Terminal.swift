import Foundation
import Synchronization

/// Standard error: messages and progress. Standard output is only for results that were asked for with
/// `--json` or a command whose result is text.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static func result(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    static func exit(saying text: String? = nil, status: Int32, prefix: String = "wsi-screen: ") -> Never {
        if let text { note(prefix + text) }
        Foundation.exit(status)
    }
}
