public import BitCore
internal import Foundation

/// Appends events to a log, each in one piece as it happens, so that whatever ends the program leaves whole lines (or one cut line, which
/// the next writer removes).
public final class RunLogWriter: Sendable {
    public let path: String
    private let descriptor: Int32
    private let encoder: JSONEncoder

    /// - Parameter resuming: go on after what stands in the file; otherwise it is emptied.
    /// - Throws: `FileError` when the file cannot be opened.
    public init(path: String, resuming: Bool = false) throws(FileError) {
        self.path = path
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | (resuming ? 0 : O_TRUNC), 0o644)
        guard descriptor >= 0 else { throw .system(.open, path: path, code: errno) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notAFile(path: path)
        }
        if resuming, !Self.removeCutLine(descriptor, length: Int(information.st_size)) {
            let code = errno
            close(descriptor)
            throw .system(.write, path: path, code: code)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Writes one line.
    /// - Throws: `FileError` when the line cannot be written whole; what was written of it is taken back.
    public func append(_ event: RunEvent) throws(FileError) {
        // Codable structs of numbers and texts: encoding them does not fail.
        guard var line = try? encoder.encode(event) else { preconditionFailure("a run event cannot be encoded: \(event)") }
        line.append(UInt8(ascii: "\n"))
        let start = lseek(descriptor, 0, SEEK_END)
        let code: Int32 = line.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno != EINTR { return errno }
                written += Swift.max(count, 0)
            }
            return 0
        }
        guard code == 0 else {
            if start >= 0 { _ = ftruncate(descriptor, start) }
            throw .system(.write, path: path, code: code)
        }
    }

    /// Cuts the file after its last line end.
    private static func removeCutLine(_ descriptor: Int32, length: Int) -> Bool {
        var end = length
        var block = [UInt8](repeating: 0, count: 4096)
        while end > 0 {
            let start = Swift.max(0, end - block.count)
            guard pread(descriptor, &block, end - start, off_t(start)) == end - start else { return false }
            if let newline = block[..<(end - start)].lastIndex(of: UInt8(ascii: "\n")) {
                end = start + newline + 1
                break
            }
            end = start
        }
        return end == length || ftruncate(descriptor, off_t(end)) == 0
    }
}
