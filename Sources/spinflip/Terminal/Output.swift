internal import Foundation

/// Writing to the two standard streams.
enum Output {
    /// Writes to standard output. When its reader has gone, the program has done its work and ends with success.
    static func write(_ text: String) {
        switch send(text, to: STDOUT_FILENO) {
        case 0: return
        case EPIPE: end(.done)
        case let code:
            note("Error: standard output cannot be written: \(String(cString: strerror(code)))")
            end(.internalFault)
        }
    }

    /// Writes a line to standard error; nobody reading it is no reason to stop.
    static func note(_ line: String) { raw(line + "\n") }

    /// Writes to standard error without a line end.
    static func raw(_ text: String) { _ = send(text, to: STDERR_FILENO) }

    /// Ends the program.
    static func end(_ status: ExitStatus) -> Never { exit(status.rawValue) }

    /// 0, or the error number.
    private static func send(_ text: String, to descriptor: Int32) -> Int32 {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            sent += count
        }
        return 0
    }
}
