/// Rows of ±1, a bit each: bit 1 is +1, the least significant first, every row from a word on, padding 0.
public struct PackedRows: Hashable, Sendable {
    public let count: Int
    public let width: Int
    public let wordsPerRow: Int
    let words: [UInt64]

    /// - Precondition: `values` are whole rows of ±1.
    public init(_ values: [Int8], width: Int) {
        precondition(width > 0 && values.count % width == 0, "\(values.count) values for rows of \(width)")
        count = values.count / width
        self.width = width
        wordsPerRow = (width + 63) / 64
        var words = [UInt64](repeating: 0, count: count * wordsPerRow)
        for row in 0..<count {
            for column in 0..<width {
                let value = values[row * width + column]
                precondition(value == 1 || value == -1, "packed rows hold −1 and 1, not \(value)")
                if value == 1 { words[row * wordsPerRow + column / 64] |= 1 << UInt64(column % 64) }
            }
        }
        self.words = words
    }

    public init(_ data: LabelledSpins) { self.init(data.values, width: data.inputs) }

    /// Values in which two rows differ.
    func distance(_ row: Int, _ other: PackedRows, _ otherRow: Int) -> Int {
        var sum = 0
        for word in 0..<wordsPerRow { sum += (words[row * wordsPerRow + word] ^ other.words[otherRow * wordsPerRow + word]).nonzeroBitCount }
        return sum
    }
}

/// Classification by the nearest training item, in the number of values that differ; of equally near ones the first. What a few images per class are
/// worth without any training.
public struct NearestNeighbour: Sendable {
    private let rows: PackedRows
    private let labels: [Int]

    /// - Precondition: at least one item.
    public init(_ data: LabelledSpins) {
        precondition(data.count > 0, "no items to be near to")
        (rows, labels) = (PackedRows(data), data.labels)
    }

    /// - Precondition: rows of the same width.
    public func labels(_ items: PackedRows) -> [Int] {
        precondition(items.width == rows.width, "rows of \(items.width) values beside rows of \(rows.width)")
        return (0..<items.count).map { item in
            var (best, least) = (0, Int.max)
            for row in 0..<rows.count {
                let distance = rows.distance(row, items, item)
                if distance < least { (best, least) = (row, distance) }
            }
            return labels[best]
        }
    }

    public func accuracy(on data: LabelledSpins) -> Double { LabelledSpins.accuracy(labels(PackedRows(data)), data.labels) }
}

extension LabelledSpins {
    /// The share of classes that are right.
    static func accuracy(_ found: [Int], _ wanted: [Int]) -> Double {
        wanted.isEmpty ? 0 : Double(zip(found, wanted).count { $0 == $1 }) / Double(wanted.count)
    }
}
