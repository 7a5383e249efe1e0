internal import BitCore

extension Dataset {
    /// The parity of `bits` bits: every input once, in counting order (feature i is bit i), class 1 when the number of ones is odd. With
    /// two bits this is exclusive or.
    /// - Throws: `DatasetError` unless `bits` is in 1…16.
    public static func parity(bits: Int) throws(DatasetError) -> Dataset {
        guard (1...16).contains(bits) else { throw DatasetError("parity", .badOption("has 1 to 16 bits, not \(bits); choose such a number")) }
        return try Dataset(
            name: "parity", itemShape: [bits], features: (0..<1 << bits).flatMap { item in (0..<bits).map { UInt8(item >> $0 & 1) } },
            labels: (0..<1 << bits).map { $0.nonzeroBitCount % 2 }, classNames: ["even", "odd"], encodings: .bits)
    }

    /// Exclusive or of two bits.
    public static func xor() throws(DatasetError) -> Dataset {
        let table = try Dataset.parity(bits: 2)
        return try Dataset(
            name: "xor", itemShape: table.itemShape, features: table.features, labels: table.labels, classNames: ["0", "1"], encodings: .bits)
    }

    /// Square binary images whose rows are each of one colour (class `stripes`) or whose columns are (class `bars`). The empty and the
    /// full image are both, and left out: 2 · (2^side − 2) items.
    /// - Throws: `DatasetError` unless `side` is in 2…12.
    public static func barsAndStripes(side: Int) throws(DatasetError) -> Dataset {
        guard (2...12).contains(side) else {
            throw DatasetError("bars-and-stripes", .badOption("has a side of 2 to 12 pixels, not \(side); choose such a number"))
        }
        let patterns = 1..<(1 << side) - 1
        var features: [UInt8] = []
        for isStripes in [false, true] {
            for pattern in patterns {
                for row in 0..<side {
                    for column in 0..<side { features.append(UInt8(pattern >> (isStripes ? row : column) & 1)) }
                }
            }
        }
        return try Dataset(
            name: "bars-and-stripes", itemShape: [side, side], features: features,
            labels: patterns.map { _ in 0 } + patterns.map { _ in 1 }, classNames: ["bars", "stripes"], encodings: .bits)
    }
}
