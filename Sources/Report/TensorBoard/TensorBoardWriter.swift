public import BitCore
internal import Foundation

/// Appends events to a TensorBoard event file, a whole record at a time.
public final class TensorBoardWriter: Sendable {
    /// TensorBoard looks for `tfevents` in names; the number stands where others write the time of creation.
    public static let fileName = "events.out.tfevents.0000000000.spinflip"
    /// A longer file is not gone on with.
    public static let maximumBytes = 1 << 28

    public let path: String
    private let descriptor: Int32

    /// - Parameters:
    ///   - folder: the run's.
    ///   - resumedAt: steps done before, when the run goes on: whole records in the file are kept and readers are told to forget later
    ///     steps. nil for a new run: the file is emptied.
    /// - Throws: `FileError` when the file cannot be opened or written.
    public init(folder: String, resumedAt step: Int? = nil, wallTime: Double = 0) throws(FileError) {
        path = folder + "/" + Self.fileName
        var kept = 0
        if step != nil, FileManager.default.fileExists(atPath: path) {
            kept = RecordFraming.records(try WholeFile.read(path, limit: Self.maximumBytes)).length
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw .system(.open, path: path, code: errno) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else { throw .system(.write, path: path, code: errno) }
        if kept == 0 { try append(ScalarEvent.version(wallTime: wallTime)) }
        if let step, step > 0 { try append(ScalarEvent.restart(wallTime: wallTime, step: step)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// - Throws: `FileError` when the event cannot be written whole; what was written of it is taken back.
    public func append(_ event: ScalarEvent) throws(FileError) { try append(event.encoded) }

    private func append(_ event: [UInt8]) throws(FileError) {
        let record = RecordFraming.frame(event)
        let start = lseek(descriptor, 0, SEEK_END)
        let code: Int32 = record.withUnsafeBytes { bytes in
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
}
