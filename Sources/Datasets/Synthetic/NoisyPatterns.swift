internal import BitCore

extension Dataset {
    /// Bars and stripes with noise: `count` images, each a random one of `barsAndStripes(side:)`, every pixel of which is turned round with probability
    /// `noise`. The classes take turns. Any number of images, so that what was learned can be tested on others; those of small sides repeat.
    /// - Throws: `DatasetError` unless `side` is in 2…12, `noise` in 0…0.5 and `count` in 1…10,000,000.
    public static func barsAndStripes(side: Int, noise: Double, count: Int, seed: UInt64) throws(DatasetError) -> Dataset {
        guard (0...0.5).contains(noise) else {
            throw DatasetError("bars-and-stripes", .badOption("has a noise of 0 to 0.5, not \(noise); choose such a number"))
        }
        guard (1...10_000_000).contains(count) else {
            throw DatasetError("bars-and-stripes", .badOption("makes 1 to 10000000 items, not \(count); choose such a number"))
        }
        let clean = try barsAndStripes(side: side)
        let half = clean.count / 2
        var generator = SeededGenerator(seed: seed).split("bars and stripes")
        var features: [UInt8] = []
        features.reserveCapacity(count * side * side)
        for item in 0..<count {
            let pattern = clean.bytes(of: item % 2 * half + generator.index(below: half))
            for pixel in pattern { features.append(Double(generator.uniform()) < noise ? 1 - pixel : pixel) }
        }
        return try Dataset(
            name: "bars-and-stripes", itemShape: [side, side], features: features, labels: (0..<count).map { $0 % 2 }, classNames: clean.classNames,
            encodings: .bits)
    }
}
