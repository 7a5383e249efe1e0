internal import BitCore

/// The patterns that a neuron can have on all samples, given those of its parents: with each the least of what is the neuron's alone (rewards, linear
/// terms, errors of an output), the number of weight vectors that reach it, and one of them.
struct PatternTable {
    let words: Int
    private(set) var patterns: [UInt64] = []
    private(set) var energies: [Double] = []
    private(set) var counts: [Int] = []
    /// A vector: the weights in the order of the neuron's free edges, then that of the edge out of it, where its sign is part of the pattern.
    private(set) var witnesses: [UInt64] = []
    private var places: [Key: Int] = [:]

    private enum Key: Hashable {
        case one(UInt64)
        case many([UInt64])
    }

    init(words: Int) { self.words = words }

    var count: Int { counts.count }
    var least: Double { energies.min() ?? .infinity }

    mutating func insert(_ pattern: UnsafePointer<UInt64>, _ energy: Double, witness: UInt64) {
        let key = words == 1 ? Key.one(pattern[0]) : .many(Array(UnsafeBufferPointer(start: pattern, count: words)))
        guard let place = places[key] else {
            places[key] = counts.count
            patterns += UnsafeBufferPointer(start: pattern, count: words)
            energies.append(energy)
            counts.append(1)
            witnesses.append(witness)
            return
        }
        let tolerance = WeightEnumeration.tolerance(energy)
        if energy < energies[place] - tolerance {
            (energies[place], counts[place], witnesses[place]) = (energy, 1, witness)
        } else if energy <= energies[place] + tolerance {
            counts[place] += 1
        }
    }

    /// The best first; nothing can be added any more.
    mutating func close() {
        places = [:]
        let order = energies.indices.sorted { (energies[$0], $0) < (energies[$1], $1) }
        patterns = order.flatMap { patterns[$0 * words..<($0 + 1) * words] }
        (energies, counts, witnesses) = (order.map { energies[$0] }, order.map { counts[$0] }, order.map { witnesses[$0] })
    }

    /// Whether neurons of two tables can change places.
    func isInterchangeable(with other: PatternTable) -> Bool {
        patterns == other.patterns && energies == other.energies && counts == other.counts
    }
}

/// All weights of one neuron in the order of a Gray code, with its sums on all samples.
struct NeuronWalk {
    /// Values of the free edges' sources: [edge][row].
    let columns: [[Int32]]
    let linear: [Double]
    /// Sums at the start, all free weights −1.
    var sums: [Int32]

    /// - Parameter base: what edges whose sign is decided elsewhere add.
    init(columns: [[Int32]], linear: [Double], base: [Int32]) {
        (self.columns, self.linear) = (columns, linear)
        sums = base
        for column in columns { for row in sums.indices { sums[row] -= column[row] } }
    }

    /// Calls with the weights, bit 1 for +1, and Σ h·w of the free edges; sums are in `sums`.
    mutating func run(_ body: (UInt64, Double, [Int32]) -> Bool) {
        var weights: UInt64 = 0
        for step in 0..<UInt64(1) << UInt64(columns.count) {
            if step > 0 {
                let edge = step.trailingZeroBitCount
                weights ^= 1 << UInt64(edge)
                let twice: Int32 = weights >> UInt64(edge) & 1 == 1 ? 2 : -2
                columns[edge].withUnsafeBufferPointer { column in
                    sums.withUnsafeMutableBufferPointer { sums in for row in sums.indices { sums[row] &+= twice &* column[row] } }
                }
            }
            var own = 0.0
            for (edge, h) in linear.enumerated() { own += weights >> UInt64(edge) & 1 == 1 ? h : -h }
            guard body(weights, own, sums) else { return }
        }
    }
}
