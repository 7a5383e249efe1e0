internal import BitCore

/// A file of the binary version of CIFAR-10: records of 3,073 bytes, a label and three planes (red, green, blue) of 32×32 bytes, row-major;
/// no header. May be gzipped. Pixels are kept as height × width × channels.
public struct CIFARBatch: Sendable, Hashable {
    public static let side = 32
    public static let channels = 3
    /// Bytes of a record.
    public static let recordLength = 1 + channels * side * side
    /// Larger files are not read: a published batch holds 10,000 records.
    public static let maximumRecords = 100_000

    public let labels: [Int]
    public let pixels: [UInt8]

    /// - Throws: `DatasetError` when the file is missing or damaged, is no whole number of records, holds none or too many, or a label is
    ///   not below `classes`.
    public init(path: String, classes: Int = 10, adviceIfMissing: String = "check the path") throws(DatasetError) {
        try self.init(ByteSource(path: path, adviceIfMissing: adviceIfMissing), classes: classes)
    }

    /// Reads from memory; `name` stands in errors.
    public init(_ bytes: [UInt8], name: String, classes: Int = 10) throws(DatasetError) {
        try self.init(ByteSource(bytes, name: name), classes: classes)
    }

    init(_ source: ByteSource, classes: Int) throws(DatasetError) {
        let bytes = try source.readAll(limit: Self.maximumRecords * Self.recordLength)
        let length = Self.recordLength
        guard !bytes.isEmpty else { throw DatasetError(source.name, .empty) }
        guard bytes.count % length == 0 else {
            throw DatasetError(source.name, .partialRecord(bytes: bytes.count, recordLength: length))
        }
        let count = bytes.count / length
        let labels = (0..<count).map { Int(bytes[$0 * length]) }
        if let item = labels.firstIndex(where: { $0 >= classes }) {
            throw DatasetError(source.name, .labelOutOfRange(label: labels[item], item: item, classes: classes))
        }
        let plane = Self.side * Self.side
        pixels = [UInt8](unsafeUninitializedCapacity: count * Self.channels * plane) { target, filled in
            bytes.withUnsafeBufferPointer { bytes in
                for item in 0..<count {
                    let record = bytes.baseAddress! + item * length + 1
                    let image = target.baseAddress! + item * Self.channels * plane
                    for pixel in 0..<plane {
                        for channel in 0..<Self.channels { image[pixel * Self.channels + channel] = record[channel * plane + pixel] }
                    }
                }
            }
            filled = count * Self.channels * plane
        }
        self.labels = labels
    }
}

extension Dataset {
    /// Colour images from CIFAR-10 batches, one after another.
    /// - Throws: `DatasetError`, which names the file at fault.
    public init(
        name: String, cifarBatches paths: [String], classNames: [String], adviceIfMissing: String = "check the path"
    ) throws(DatasetError) {
        var pixels: [UInt8] = []
        var labels: [Int] = []
        for path in paths {
            let batch = try CIFARBatch(path: path, classes: classNames.count, adviceIfMissing: adviceIfMissing)
            pixels += batch.pixels
            labels += batch.labels
        }
        try self.init(
            name: name, itemShape: [CIFARBatch.side, CIFARBatch.side, CIFARBatch.channels], features: pixels, labels: labels, classNames: classNames)
    }
}
