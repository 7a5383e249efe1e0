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
        var hash = SHA256()
        var length = 0
        while true {
            let piece = try source.read(Swift.min(1 << 20, file.bytes + 1 - length))
            if piece.isEmpty { break }
            hash.update(piece)
            length += piece.count
        }
        guard length <= file.bytes else { throw DatasetError(source.name, .trailingBytes) }
        guard length == file.bytes else { throw DatasetError(source.name, .truncated(expected: file.bytes, found: length)) }
        let found = hash.finalize()
        guard found == file.sha256 else { throw DatasetError(source.name, .checksumMismatch(expected: file.sha256, found: found)) }
    }
}
