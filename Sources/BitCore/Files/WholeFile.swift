#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Reads whole files: plain ones only, their size checked before anything is allocated.
public enum WholeFile {
    /// - Parameter limit: the most bytes the caller is ready to hold.
    public static func read(_ path: String, limit: Int = .max) throws(FileError) -> [UInt8] {
        // Not blocking: opening a pipe that nobody writes to must not hang.
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard descriptor >= 0 else { throw .system(.open, path: path, code: errno) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw .system(.open, path: path, code: errno) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        let size = Int(info.st_size)
        guard size <= limit else { throw .tooLarge(path: path, bytes: size, limit: limit) }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = readFile(descriptor, buffer.baseAddress! + filled, Swift.min(size - filled, 1 << 30))
                if count > 0 {
                    filled += count
                } else if count == 0 {
                    return
                } else if errno != EINTR {
                    code = errno
                    return
                }
            }
        }
        if code != 0 { throw .system(.read, path: path, code: code) }
        guard bytes.count == size else { throw .changed(path: path) }
        return bytes
    }
}

/// `read` under a name that no method shadows.
private func readFile(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int { read(descriptor, buffer, count) }
