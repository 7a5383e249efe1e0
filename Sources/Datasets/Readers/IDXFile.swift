public import BitCore

/// An IDX file of unsigned bytes, the format of MNIST: a big-endian magic number 0x0000080N, N big-endian 32-bit extents, then the bytes,
/// row-major. May be gzipped.
public struct IDXFile: Sendable, Hashable {
    public let shape: Shape
    public let bytes: [UInt8]

    /// Larger files are not read: nothing published in this format comes near.
    public static let maximumBytes = 1 << 31

    /// - Parameter rank: the number of extents wanted: 3 for images, 1 for labels.
    /// - Throws: `DatasetError` when the file is missing, has another magic number, is shorter or longer than its header says, or damaged.
    public init(path: String, rank: Int, adviceIfMissing: String = "check the path") throws(DatasetError) {
        try self.init(ByteSource(path: path, adviceIfMissing: adviceIfMissing), rank: rank)
    }

    /// Reads from memory; `name` stands in errors.
    public init(_ bytes: [UInt8], name: String, rank: Int) throws(DatasetError) {
        try self.init(ByteSource(bytes, name: name), rank: rank)
    }

    init(_ source: ByteSource, rank: Int) throws(DatasetError) {
        precondition((1...8).contains(rank), "an IDX file of rank \(rank)")
        let headerLength = 4 + 4 * rank
        let header = try source.read(headerLength)
        func word(_ index: Int) -> UInt32 { header[index * 4..<index * 4 + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        let magic = 0x0800 | UInt32(rank)
        if header.count >= 4, word(0) != magic { throw DatasetError(source.name, .wrongMagic(expected: magic, found: word(0))) }
        guard header.count == headerLength else { throw DatasetError(source.name, .truncated(expected: headerLength, found: header.count)) }

        let extents = (1...rank).map { Int(word($0)) }
        var length = 1
        for extent in extents {
            let (product, overflow) = length.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Self.maximumBytes else {
                throw DatasetError(
                    source.name, .tooLarge(what: "bytes", value: overflow ? Int.max : product, limit: Self.maximumBytes))
            }
            length = product
        }
        guard length > 0 else { throw DatasetError(source.name, .empty) }
        // Known before anything of that size is allocated: a raw file's length, a gzip file's utmost.
        guard headerLength + length <= source.upperBound else {
            throw DatasetError(
                source.name,
                source.isCompressed
                    ? .announcesTooMuch(bytes: headerLength + length, atMost: source.upperBound)
                    : .truncated(expected: headerLength + length, found: source.upperBound))
        }
        let bytes = try source.read(length)
        guard bytes.count == length else {
            throw DatasetError(source.name, .truncated(expected: headerLength + length, found: headerLength + bytes.count))
        }
        guard try source.read(1).isEmpty else { throw DatasetError(source.name, .trailingBytes) }
        shape = Shape(extents)
        self.bytes = bytes
    }
}

extension Dataset {
    /// Grey images and their labels from a pair of IDX files.
    /// - Parameter itemShape: the shape every image must have; nil accepts any.
    /// - Throws: `DatasetError`, which names the file at fault.
    public init(
        name: String, images imagePath: String, labels labelPath: String, classNames: [String], itemShape: Shape? = nil,
        encodings: RecommendedEncodings = .bytes, adviceIfMissing: String = "check the path"
    ) throws(DatasetError) {
        // The small file first: most mistakes show there.
        let labels = try IDXFile(path: labelPath, rank: 1, adviceIfMissing: adviceIfMissing)
        let images = try IDXFile(path: imagePath, rank: 3, adviceIfMissing: adviceIfMissing)
        if let itemShape, images.shape.item != itemShape {
            throw DatasetError(imagePath, .wrongShape(expected: "\(itemShape)", found: "\(images.shape.item)"))
        }
        guard images.shape[0] == labels.shape[0] else {
            throw DatasetError(imagePath, .countMismatch(items: images.shape[0], labels: labels.shape[0]))
        }
        if let item = labels.bytes.firstIndex(where: { Int($0) >= classNames.count }) {
            throw DatasetError(labelPath, .labelOutOfRange(label: Int(labels.bytes[item]), item: item, classes: classNames.count))
        }
        try self.init(
            name: name, itemShape: images.shape.item, features: images.bytes, labels: labels.bytes.map { Int($0) }, classNames: classNames,
            encodings: encodings)
    }
}
