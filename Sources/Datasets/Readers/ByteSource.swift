private import CZlib

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Bytes of a file or of memory, read in order and through gzip where the content is gzip. Nothing is allocated on the word of a
/// header: what is read grows with what is really there.
final class ByteSource {
    /// Named in errors.
    let name: String

    /// No more than this many bytes can come out: the length itself, or what deflate could at most make of it.
    private(set) var upperBound: Int

    /// True when the content is gzip.
    let isCompressed: Bool

    private var input: Input
    private var inflater: Inflater?

    /// Opens a file.
    /// - Parameter gzipByName: a name that ends in `.gz` must hold gzip.
    init(path: String, gzipByName: Bool = true, adviceIfMissing: String = "check the path") throws(DatasetError) {
        name = path
        var information = stat()
        guard stat(path, &information) == 0 else {
            let code = errno
            throw DatasetError(path, code == ENOENT || code == ENOTDIR ? .missing(advice: adviceIfMissing) : .unreadable(reason: reason(code)))
        }
        // Looked at before opening: opening a pipe would wait for its writer.
        guard information.st_mode & S_IFMT == S_IFREG else { throw DatasetError(path, .unreadable(reason: "it is not a regular file")) }
        guard let file = fopen(path, "rb") else { throw DatasetError(path, .unreadable(reason: reason(errno))) }
        input = Input(file: file, memory: [])
        let length = Int(information.st_size)
        isCompressed = try input.fill(name) && input.startsWithGzipMagic
        if isCompressed {
            inflater = Inflater()
        } else if gzipByName && path.hasSuffix(".gz") {
            throw DatasetError(path, .notGzip)
        }
        upperBound = isCompressed ? Self.inflatedBound(length) : length
    }

    /// Reads from memory.
    init(_ bytes: [UInt8], name: String) {
        self.name = name
        input = Input(file: nil, memory: bytes)
        isCompressed = input.startsWithGzipMagic
        if isCompressed { inflater = Inflater() }
        upperBound = isCompressed ? Self.inflatedBound(bytes.count) : bytes.count
    }

    /// Deflate spends at least two bits on 258 bytes of output (RFC 1951: a one-bit length code and a one-bit distance code), hence
    /// fewer than 1,033 bytes from one.
    private static func inflatedBound(_ length: Int) -> Int { length.multipliedReportingOverflow(by: 1033).partialValue }

    /// Up to `count` further bytes; fewer only at the end.
    func read(_ count: Int) throws(DatasetError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Swift.min(count, upperBound, 1 << 20))
        while result.count < count {
            let wanted = Swift.min(count - result.count, Input.chunk)
            let piece: [UInt8]
            if let inflater {
                piece = try inflater.next(wanted, from: input, name)
            } else {
                piece = try input.next(wanted, name)
            }
            if piece.isEmpty { break }
            result.append(contentsOf: piece)
        }
        return result
    }

    /// All remaining bytes.
    /// - Throws: `DatasetError` when there are more than `limit`.
    func readAll(limit: Int) throws(DatasetError) -> [UInt8] {
        let bytes = try read(limit)
        if bytes.count == limit, try !read(1).isEmpty {
            throw DatasetError(name, .tooLong(limit: limit))
        }
        return bytes
    }
}

/// The raw bytes, a chunk at a time.
private final class Input {
    static let chunk = 1 << 18

    private var file: UnsafeMutablePointer<FILE>?
    private(set) var buffer: [UInt8]
    private(set) var position = 0

    init(file: UnsafeMutablePointer<FILE>?, memory: [UInt8]) {
        self.file = file
        buffer = memory
    }

    deinit {
        if let file { fclose(file) }
    }

    var startsWithGzipMagic: Bool { buffer.count >= 2 && buffer[0] == 0x1F && buffer[1] == 0x8B }

    /// Makes sure that there is at least one unread byte; false at the end.
    func fill(_ name: String) throws(DatasetError) -> Bool {
        if position < buffer.count { return true }
        guard let file else { return false }
        var failure: Int32 = 0
        let next = [UInt8](unsafeUninitializedCapacity: Self.chunk) { target, count in
            count = fread(target.baseAddress!, 1, Self.chunk, file)
            if ferror(file) != 0 { failure = errno }
        }
        guard failure == 0 else { throw DatasetError(name, .unreadable(reason: reason(failure))) }
        buffer = next
        position = 0
        return !next.isEmpty
    }

    func next(_ count: Int, _ name: String) throws(DatasetError) -> [UInt8] {
        guard try fill(name) else { return [] }
        let end = Swift.min(position + count, buffer.count)
        defer { position = end }
        return Array(buffer[position..<end])
    }

    func advance(_ count: Int) { position += count }
}

/// One zlib stream in gzip mode. The stream's address must not change, so it lives on the heap.
private final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var ready = false
    private var insideMember = true

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        if ready { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Up to `count` bytes of output, at least one unless at the end.
    func next(_ count: Int, from input: Input, _ name: String) throws(DatasetError) -> [UInt8] {
        if !ready {
            // 15: the largest window; + 16: a gzip wrapper, whose CRC and length are checked at its end.
            guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                throw DatasetError(name, .unreadable(reason: "zlib cannot start"))
            }
            ready = true
        }
        while true {
            guard try input.fill(name) else {
                if insideMember { throw DatasetError(name, .corruptGzip(reason: "it ends in the middle")) }
                return []
            }
            // A gzip file may be several members one after another (RFC 1952, 2.2).
            if !insideMember {
                guard inflateReset(stream) == Z_OK else { throw DatasetError(name, .corruptGzip(reason: "it cannot be read on")) }
                insideMember = true
            }
            var status = Z_OK
            let output = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
                input.buffer.withUnsafeBufferPointer { source in
                    let available = source.count - input.position
                    stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress! + input.position)
                    stream.pointee.avail_in = UInt32(Swift.min(available, Int(UInt32.max)))
                    let offered = stream.pointee.avail_in
                    stream.pointee.next_out = target.baseAddress!
                    stream.pointee.avail_out = UInt32(count)
                    status = inflate(stream, Z_NO_FLUSH)
                    input.advance(Int(offered - stream.pointee.avail_in))
                    filled = count - Int(stream.pointee.avail_out)
                }
            }
            switch status {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: insideMember = false
            default:
                let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib says \(status)"
                throw DatasetError(name, .corruptGzip(reason: message))
            }
            if !output.isEmpty { return output }
        }
    }
}

private func reason(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
