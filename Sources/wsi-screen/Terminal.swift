import Foundation
import Screening

/// Standard error: messages and progress. Standard output is only for results that were asked for with
/// `--json` or a command whose result is text.
///
/// Written with `write(2)`: Foundation's file handle traps when a stream is closed or its disk is full, and
/// no message is worth a batch of slides.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// A line on standard error.
    static func note(_ text: String) {
        show(text + "\n")
    }

    /// Text on standard error. That it cannot be shown is no reason to stop.
    static func show(_ text: String) {
        _ = write(text, to: STDERR_FILENO)
    }

    /// Text on standard output. A reader that has gone away ends the program quietly; any other failure ends
    /// it with the status for I/O errors.
    static func result(_ text: String) {
        let code = write(text, to: STDOUT_FILENO)
        if code == EPIPE { Foundation.exit(ExitStatus.ok) }
        if code != 0 {
            exit(
                saying: "standard output cannot be written: \(String(cString: strerror(code)))",
                status: ExitStatus.ioError)
        }
    }

    static func exit(saying text: String? = nil, status: Int32, prefix: String = "wsi-screen: ") -> Never {
        if let text { note(prefix + text) }
        Foundation.exit(status)
    }

    /// - Returns: 0, or the error number of the write that failed.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var bytes = ArraySlice(Array(text.utf8))
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                return errno
            }
        }
        return 0
    }
}
