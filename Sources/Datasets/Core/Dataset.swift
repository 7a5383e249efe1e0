public import BitCore

/// Labelled items: one byte a feature, one class index an item. What the bytes mean to a network is said by an `InputEncoding`, not here, so
/// one copy serves every encoding. The bytes are in memory, or (`isStreamed`) with a source that reads them on demand: of such a set the
/// items wanted are chosen with `selecting` or `prefix` and brought into memory with `loaded`, before anything else looks at bytes.
public struct Dataset: Sendable {
    /// What the set is called, for reports: `mnist`.
    public let name: String

    /// Shape of one item: `[64]` for rows of a table, `[28×28]` for grey images, height × width × channels for coloured ones.
    public let itemShape: Shape

    let storage: Storage

    enum Storage: Sendable {
        case memory([UInt8])
        /// The source's number of each item.
        case stream(any ItemSource, numbers: [Int])
    }

    /// The class of each item, in `0..<classCount`.
    public let labels: [Int]

    /// A name for each class; `classNames.count` is the number of classes, even when no item has the last of them.
    public let classNames: [String]

    /// The encodings this set is usually used with.
    public let encodings: RecommendedEncodings

    /// How the columns of a table were turned into bytes; nil when the bytes are the data as published.
    public let scaling: FeatureScaling?

    /// - Throws: `DatasetError` when the counts do not fit, a label is out of range or the set is empty of features.
    public init(
        name: String, itemShape: Shape, features: [UInt8], labels: [Int], classNames: [String],
        encodings: RecommendedEncodings = .bytes, scaling: FeatureScaling? = nil
    ) throws(DatasetError) {
        guard itemShape.count > 0, !classNames.isEmpty else { throw DatasetError(name, .empty) }
        guard features.count == labels.count * itemShape.count else {
            throw DatasetError(
                name,
                .wrongShape(
                    expected: "\(itemShape.batched(labels.count)), \(labels.count * itemShape.count) bytes,", found: "\(features.count) bytes"))
        }
        if let item = labels.firstIndex(where: { $0 < 0 || $0 >= classNames.count }) {
            throw DatasetError(name, .labelOutOfRange(label: labels[item], item: item, classes: classNames.count))
        }
        if let scaling, scaling.columns.count != itemShape.count {
            throw DatasetError(name, .wrongShape(expected: "\(scaling.columns.count) scaled columns", found: "\(itemShape)"))
        }
        self.init(
            unchecked: name, itemShape: itemShape, storage: .memory(features), labels: labels, classNames: classNames, encodings: encodings,
            scaling: scaling)
    }

    init(
        unchecked name: String, itemShape: Shape, storage: Storage, labels: [Int], classNames: [String], encodings: RecommendedEncodings,
        scaling: FeatureScaling?
    ) {
        self.name = name
        self.itemShape = itemShape
        self.storage = storage
        self.labels = labels
        self.classNames = classNames
        self.encodings = encodings
        self.scaling = scaling
    }

    /// All bytes, item after item, row-major: `count × itemShape.count`.
    /// - Precondition: the set is not streamed.
    public var features: [UInt8] {
        guard case .memory(let bytes) = storage else { preconditionFailure("items of \(name) are read on demand; load them before looking at bytes") }
        return bytes
    }

    /// Number of items.
    public var count: Int { labels.count }

    public var classCount: Int { classNames.count }

    /// Bytes of one item.
    public var featureCount: Int { itemShape.count }

    /// The bytes of one item.
    /// - Precondition: the index is one of an item.
    public func bytes(of item: Int) -> ArraySlice<UInt8> {
        precondition(item >= 0 && item < count, "item \(item) of a data set of \(count)")
        return features[item * featureCount..<(item + 1) * featureCount]
    }

    /// How many items each class has.
    public var classBalance: [Int] {
        var balance = [Int](repeating: 0, count: classCount)
        for label in labels { balance[label] += 1 }
        return balance
    }

    /// Mean over all bytes; NaN for a set without items.
    public var featureMean: Double {
        var sum = 0
        for byte in features { sum &+= Int(byte) }
        return Double(sum) / Double(features.count)
    }
}

extension Dataset {
    /// The first items, all of them when `limit` is nil or larger than the set.
    public func prefix(_ limit: Int?) -> Dataset {
        guard let limit, limit < count else { return self }
        if isStreamed { return selecting(0..<Swift.max(limit, 0)) }
        return replacing(features: Array(features.prefix(Swift.max(limit, 0) * featureCount)), labels: Array(labels.prefix(Swift.max(limit, 0))))
    }

    /// The items at these positions, in this order. Of a streamed set nothing is read yet.
    /// - Precondition: every index is one of an item.
    public func selecting(_ indices: some Collection<Int>) -> Dataset {
        if case .stream(let source, let numbers) = storage {
            return Dataset(self, .stream(source, numbers: indices.map { numbers[$0] }), labels: indices.map { labels[$0] })
        }
        let batch = batch(indices)
        return replacing(features: batch.bytes, labels: batch.labels)
    }

    private init(_ other: Dataset, _ storage: Storage, labels: [Int]) {
        (name, itemShape, classNames, encodings, scaling) = (other.name, other.itemShape, other.classNames, other.encodings, other.scaling)
        self.storage = storage
        self.labels = labels
    }

    func replacing(features: [UInt8], labels: [Int]) -> Dataset {
        Dataset(self, .memory(features), labels: labels)
    }
}
