/// Files out of a tar archive (POSIX.1-1988 ustar and what went before it), compressed or not: as much as published data sets need.
enum TarArchive {
    private static let block = 512

    /// The regular files with these names, whatever folders they lie in. Nothing is allocated on the word of a header.
    /// - Parameter limits: the most bytes that each may have, by name.
    /// - Throws: `DatasetError` when the archive ends early or a header is damaged; names that are not in it are not in the result.
    static func files(_ source: ByteSource, limits: [String: Int]) throws(DatasetError) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        while found.count < limits.count {
            let header = try source.read(block)
            // Blocks of zeros mark the end; some archives just end.
            if header.allSatisfy({ $0 == 0 }) { break }
            let entry = try Entry(header, of: source.name)
            guard entry.isFile, let limit = limits[entry.name] else {
                try skip((entry.size + block - 1) / block * block, source)
                continue
            }
            guard entry.size <= limit else {
                throw DatasetError(source.name, .tooLarge(what: "bytes of \(entry.name)", value: entry.size, limit: limit))
            }
            let bytes = try source.read(entry.size)
            guard bytes.count == entry.size else { throw DatasetError(source.name, .truncated(expected: entry.size, found: bytes.count)) }
            found[entry.name] = bytes
            try skip((block - entry.size % block) % block, source)
        }
        return found
    }

    private static func skip(_ count: Int, _ source: ByteSource) throws(DatasetError) {
        var left = count
        while left > 0 {
            let piece = try source.read(Swift.min(left, 1 << 16))
            guard !piece.isEmpty else { throw DatasetError(source.name, .truncated(expected: count, found: count - left)) }
            left -= piece.count
        }
    }

    /// What a header says.
    private struct Entry {
        /// Without folders.
        let name: String
        let size: Int
        let isFile: Bool

        init(_ header: [UInt8], of archive: String) throws(DatasetError) {
            guard header.count == block else { throw DatasetError(archive, .badArchive(reason: "it ends in a header")) }
            // The sum of all bytes, those of the sum itself taken for blanks.
            let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
            guard let stated = Self.octal(header[148..<156]), stated == sum else {
                throw DatasetError(archive, .badArchive(reason: "a header's sum is wrong"))
            }
            guard let size = Self.octal(header[124..<136]) else { throw DatasetError(archive, .badArchive(reason: "a file's length is no number")) }
            self.size = size
            isFile = header[156] == UInt8(ascii: "0") || header[156] == 0
            let path = header[0..<100].prefix { $0 != 0 }
            name = String(decoding: path.suffix(while: { $0 != UInt8(ascii: "/") }), as: UTF8.self)
        }

        /// Digits between blanks and an end.
        private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
            let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
            guard !digits.isEmpty else { return nil }
            return digits.reduce(0) { $0 * 8 + Int($1 - UInt8(ascii: "0")) }
        }
    }
}

extension ArraySlice {
    /// The longest end of which every element is so.
    fileprivate func suffix(while isPart: (Element) -> Bool) -> ArraySlice { self[(lastIndex { !isPart($0) }.map { $0 + 1 } ?? startIndex)...] }
}
