#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Why a file could not be read or written.
public enum FileError: Error, Hashable, Sendable {
    public enum Step: String, Sendable {
        case open, read, write, flush, rename
    }

    /// The system refused a step; the code is its `errno`.
    case system(Step, path: String, code: Int32)
    /// A folder, device or pipe where a plain file is meant.
    case notAFile(path: String)
    case tooLarge(path: String, bytes: Int, limit: Int)
    /// The file changed its size while it was read.
    case changed(path: String)
}

extension FileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .system(let step, let path, let code): "cannot \(step.rawValue) \(path): \(String(cString: strerror(code)))"
        case .notAFile(let path): "\(path) is not a plain file"
        case .tooLarge(let path, let bytes, let limit): "\(path) has \(bytes) bytes; the limit is \(limit)"
        case .changed(let path): "\(path) changed while it was read; try again"
        }
    }
}
