#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Writes whole files so that a reader, a crash or a full disk sees the old content or the new, never a part: the bytes go to a
/// temporary file in the same folder, are flushed to the device, and take the name in one step.
public enum AtomicFile {
    /// - Throws: `FileError`; the file that was there before is then as it was, and the temporary one is removed.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        try write(bytes, to: path, writing: systemWrite)
    }

    /// The text as UTF-8.
    public static func write(_ text: String, to path: String) throws(FileError) {
        try write(Array(text.utf8), to: path)
    }

    /// As above; tests put a failing call in place of the system's `write`, which returns -1 and sets `errno`.
    package static func write(
        _ bytes: [UInt8], to path: String, writing: (Int32, UnsafeRawPointer, Int) -> Int
    ) throws(FileError) {
        let target = resolved(path)
        var mode = mode_t(0o644)
        var info = stat()
        if stat(target, &info) == 0 {
            guard info.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
            mode = info.st_mode & 0o777
        }
        let (temporary, descriptor) = try open(beside: target, mode: mode, named: path)
        do {
            try fill(descriptor, with: bytes, path: path, writing: writing)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0, rename(temporary, target) == 0 else {
            let code = errno
            unlink(temporary)
            throw .system(.rename, path: path, code: code)
        }
        flushFolder(of: target)
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #elseif canImport(Darwin)
        Darwin.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
        #endif
    }

    /// Where a symbolic link leads, so that the link stays and its target is replaced.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func open(beside target: String, mode: mode_t, named path: String) throws(FileError) -> (String, Int32) {
        // Exclusive creation finds a free name; left-overs of killed programs do not stand in the way.
        for attempt in 0..<1000 {
            let temporary = "\(target).partial-\(getpid())-\(attempt)"
            let descriptor = openFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if descriptor >= 0 { return (temporary, descriptor) }
            if errno != EEXIST { break }
        }
        throw .system(.open, path: path, code: errno)
    }

    private static func fill(
        _ descriptor: Int32, with bytes: [UInt8], path: String, writing: (Int32, UnsafeRawPointer, Int) -> Int
    ) throws(FileError) {
        var code: Int32 = 0
        bytes.withUnsafeBytes { source in
            var written = 0
            while written < source.count {
                // Systems cap one call near 2^31 bytes.
                let count = writing(descriptor, source.baseAddress! + written, Swift.min(source.count - written, 1 << 30))
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    code = errno
                    return
                }
            }
        }
        if code != 0 { throw .system(.write, path: path, code: code) }
        if fsync(descriptor) != 0 { throw .system(.flush, path: path, code: errno) }
    }

    /// Makes the rename itself durable. Best effort: some file systems cannot flush a folder.
    private static func flushFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = openFile(folder, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// `open` under a name that no method shadows.
func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
