extension DatasetCatalog {
    /// What was found of one published file.
    public struct FileCheck: Sendable, Hashable {
        public var path: String
        /// Uncompressed bytes announced and, for a whole file, found.
        public var bytes: Int
        /// nil when the file is there and its content is the published one.
        public var fault: DatasetError?

        public var isGood: Bool { fault == nil }
    }

    /// Compares every file of a published set with its SHA-256.
    /// - Throws: `DatasetError` when the name is of no published set; what is wrong with files is in the result.
    public func verify(_ name: String) throws(DatasetError) -> [FileCheck] {
        let set = try published(name)
        return set.files.map { file in
            let path = existing(file, of: set) ?? path(file, of: set)
            do throws(DatasetError) {
                try Self.check(ByteSource(path: path, adviceIfMissing: advice(set)), against: file)
                return FileCheck(path: path, bytes: file.bytes)
            } catch {
                return FileCheck(path: path, bytes: file.bytes, fault: error)
            }
        }
    }

    /// Reads at most one byte more than the file should have.
    static func check(_ source: ByteSource, against file: PublishedSet.File) throws(DatasetError) {
        var check = FingerprintCheck(file.fingerprint)
        var length = 0
        while true {
            let piece = try source.read(Swift.min(FingerprintCheck.piece, file.bytes + 1 - length))
            if piece.isEmpty { break }
            check.update(piece)
            length += piece.count
        }
        guard length <= file.bytes else { throw DatasetError(source.name, .trailingBytes) }
        guard length == file.bytes else { throw DatasetError(source.name, .truncated(expected: file.bytes, found: length)) }
        if let fault = check.finish() { throw DatasetError(source.name, fault) }
    }
}

/// Compares bytes that come in pieces with a fingerprint.
private struct FingerprintCheck {
    /// Bytes read at once: whole CIFAR records.
    static let piece = 341 * CIFARBatch.recordLength

    private let fingerprint: PublishedSet.Fingerprint
    private var hash = SHA256()
    private var labels = SHA256()
    private var seen = 0

    init(_ fingerprint: PublishedSet.Fingerprint) { self.fingerprint = fingerprint }

    mutating func update(_ piece: [UInt8]) {
        switch fingerprint {
        case .whole: hash.update(piece)
        case .records(_, let count, _):
            let record = CIFARBatch.recordLength
            let first = Swift.max(0, Swift.min(count * record - seen, piece.count))
            if first > 0 { hash.update(Array(piece.prefix(first))) }
            labels.update(stride(from: (record - seen % record) % record, to: piece.count, by: record).map { piece[$0] })
        }
        seen += piece.count
    }

    /// What differs, if anything.
    mutating func finish() -> DatasetError.Fault? {
        let found = hash.finalize()
        switch fingerprint {
        case .whole(let expected): return found == expected ? nil : .checksumMismatch(expected: expected, found: found)
        case .records(let expectedLabels, _, let first):
            if labels.finalize() != expectedLabels { return .otherContent(what: "labels", advice: "fetch the file again") }
            guard found == first else {
                return .otherContent(what: "pixels", advice: "copies made from JPEG go by another name, cifar10-jpeg; fetch the file again")
            }
            return nil
        }
    }
}
