public import BitCore

/// A random binary network that labels inputs: a student of the same shape can reach every label.
///
/// Layer l maps ±1 inputs to h = W·x with W of random ±1; hidden layers pass on sign(h), sign(0) = +1. With several outputs the class is
/// the index of the greatest h, the lowest at ties; with one output it is 1 when h ≥ 0.
public struct Teacher: Sendable {
    public let layers: [Int]
    /// Weights of each layer, [out × in], true for +1.
    private let weights: [[Bool]]

    /// - Throws: `DatasetError` unless there are at least two layers of 1…65,536 units each.
    public init(layers: [Int], seed: UInt64) throws(DatasetError) {
        guard layers.count >= 2, layers.allSatisfy({ (1...65_536).contains($0) }), zip(layers, layers.dropFirst()).allSatisfy({ $0 * $1 <= 1 << 28 })
        else {
            let given = layers.map(String.init).joined(separator: "-")
            throw DatasetError("teacher", .badOption("needs layers such as 16-8-2, inputs first, classes last, 1 to 65536 units each, not \(given)"))
        }
        self.layers = layers
        var generator = SeededGenerator(seed: seed).split("weights")
        weights = zip(layers, layers.dropFirst()).map { inputs, outputs in (0..<inputs * outputs).map { _ in generator.next() >> 63 == 1 } }
    }

    /// With one output the classes are still two.
    public var classCount: Int { Swift.max(layers[layers.count - 1], 2) }

    /// The class of an input of zeros and ones.
    /// - Precondition: as many bits as the first layer has units.
    public func label(_ input: some Collection<UInt8>) -> Int {
        precondition(input.count == layers[0], "\(input.count) bits for a teacher with \(layers[0]) inputs")
        var signs = input.map { $0 > 0 }
        for (layer, weights) in weights.enumerated() {
            let sums = (0..<layers[layer + 1]).map { unit in
                let row = unit * signs.count
                return signs.indices.reduce(0) { $0 + (signs[$1] == weights[row + $1] ? 1 : -1) }
            }
            guard layer < self.weights.count - 1 else {
                if sums.count == 1 { return sums[0] >= 0 ? 1 : 0 }
                return sums.indices.reduce(0) { sums[$1] > sums[$0] ? $1 : $0 }
            }
            signs = sums.map { $0 >= 0 }
        }
        preconditionFailure("a teacher has layers")
    }

    /// The classes of packed inputs, one a row: `label` for many, through the packed product.
    /// - Precondition: the rows are as wide as the first layer.
    public func labels(_ inputs: PackedTensor, parallel: Parallel = .serial) -> [Int] {
        let kernels = Kernels.active
        var signs = inputs
        for (layer, weights) in weights.enumerated() {
            let (depth, outputs) = (layers[layer], layers[layer + 1])
            var kernel = PackedTensor(minusOnes: [outputs, depth])
            for (position, isPositive) in weights.enumerated() where isPositive { kernel[position / depth, position % depth] = true }
            let panels = BinaryPanels(kernel)
            if layer < self.weights.count - 1 {
                signs = kernels.product(signs, panels, thresholds: [Int32](repeating: 0, count: outputs), parallel: parallel)
            } else {
                let sums = kernels.product(signs, panels, parallel: parallel)
                return sums.withUnsafeElements { sums in
                    (0..<inputs.shape.rows).map { row in
                        let row = sums[row * outputs..<(row + 1) * outputs]
                        if outputs == 1 { return row[row.startIndex] >= 0 ? 1 : 0 }
                        return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
                    }
                }
            }
        }
        preconditionFailure("a teacher has layers")
    }
}

extension Dataset {
    /// Inputs of zeros and ones labelled by a random network. All 2^n inputs in counting order when these are at most `count`, else
    /// `count` random ones. A teacher that gives all inputs one class is passed over for the next.
    /// - Parameter layers: the teacher's shape, inputs first: `[16, 8, 2]`.
    /// - Throws: `DatasetError` when the shape is no network or `count` is not positive.
    public static func teacher(layers: [Int], count: Int, seed: UInt64) throws(DatasetError) -> Dataset {
        guard (1...10_000_000).contains(count) else {
            throw DatasetError("teacher", .badOption("makes 1 to 10000000 items, not \(count); choose such a number"))
        }
        let root = SeededGenerator(seed: seed).split("teacher")
        for attempt in 0..<32 as Range<UInt64> {
            var seeds = root.split(attempt)
            let teacher = try Teacher(layers: layers, seed: seeds.next())
            let width = layers[0]
            var inputs = root.split("inputs")
            var features: [UInt8] = []
            if width < 24, 1 << width <= count {
                features = (0..<1 << width).flatMap { item in (0..<width).map { UInt8(item >> $0 & 1) } }
            } else {
                features.reserveCapacity(count * width)
                for _ in 0..<count * width { features.append(UInt8(inputs.next() >> 63)) }
            }
            let items = features.count / width
            let unlabelled = try Dataset(
                name: "teacher", itemShape: [width], features: features, labels: [Int](repeating: 0, count: items), classNames: ["0"], encodings: .bits)
            let labels = teacher.labels(unlabelled.packed(0..<items, threshold: 1))
            if labels.contains(where: { $0 != labels[0] }) || items == 1 || attempt == 31 {
                return try Dataset(
                    name: "teacher", itemShape: [width], features: features, labels: labels,
                    classNames: (0..<teacher.classCount).map(String.init), encodings: .bits)
            }
        }
        preconditionFailure("the last attempt returns")
    }
}
