public import BitCore

/// Local search in the space of directions, a row by itself: from the signs of the gradient, sign(Σ_b y'_b x_b), one input after the other is turned that
/// raises f, until none does. So f is never below that of the signs of the gradient.
///
/// Turning input i moves every d·x_b by ±2, so only samples at the boundary change sign: A, those with d·x_b ∈ {0, 1}, where they lose an agreement, and Z,
/// those with d·x_b ∈ {−1, −2}, where they gain one. An agreement is (1 + d_i·x_bi)/2, so what turning i adds to f is
///
///     Σ_Z y'_b·(1 − d_i·x_bi) − Σ_A y'_b·(1 + d_i·x_bi) = (Σ_Z y' − Σ_A y') − d_i·G_i,   G = Σ over A and Z of y'_b·x_b:
///
/// all inputs are judged by a sum over the few samples at the boundary. The best is turned (*steepest ascent*), after its gain was computed exactly from A and
/// Z, which are kept as bits; the counts behind them are brought up to date in bit planes (`CountPlanes`).
///
/// Where the samples are too many to be held as floats, inputs are tried one after the other and turned whenever that helps (*first improvement*), on
/// bits alone. That is the reference of the other, too: both end where no single turn helps.
public struct LocalProjection: ProjectionBackend {
    public static let defaultSweeps = 4
    /// More elements of inputs than these are not held as floats.
    package static let floatLimit = 1 << 24

    /// How many inputs are turned at most, in units of the fan-in, or rounds over all inputs.
    public var sweeps: Int
    /// Steepest ascent where memory allows.
    package var isSteepest = true
    /// How often, after that, three random inputs of the best direction are turned and the search goes on from there.
    public var kicks: Int
    /// Whether a row begins with +1 at the larger half of its gradient, where f is higher there. Where samples are nearly all alike, as with words of
    /// documents, a gradient is nearly one number, its signs are all the same, and no single turn changes any sample.
    public var balances: Bool

    public init(sweeps: Int = LocalProjection.defaultSweeps, kicks: Int = 0, balances: Bool = false) {
        (self.sweeps, self.kicks, self.balances) = (sweeps, kicks, balances)
    }

    public let name = "local"

    func checked() throws(ProjectionError) -> LocalProjection {
        guard sweeps >= 0, sweeps <= 1_000_000 else { throw .option("\(sweeps) sweeps of a local projection; use 0 to 1000000") }
        guard kicks >= 0, kicks <= 1_000_000 else { throw .option("\(kicks) kicks of a local projection; use 0 to 1000000") }
        return self
    }

    public func project(_ problem: ProjectionProblem, start: PackedTensor?, seed: UInt64, parallel: Parallel) throws(ProjectionError) -> Projection {
        _ = try checked()
        var directions = start ?? problem.gradientSigns()
        precondition(
            directions.shape.rows == problem.outputs && directions.shape.columns == problem.fanIn,
            "start of shape \(directions.shape) for \(problem.outputs) rows of \(problem.fanIn)")
        guard problem.samples > 0 else {
            return Projection(
                problem, directions, isOptimal: Array(repeating: true, count: problem.outputs), evaluations: problem.outputs, backend: name)
        }
        if balances { directions = problem.better(directions, problem.gradientSigns(balanced: true)) }
        // [outputs × samples]: d·x of the start.
        var sums = [Int32](repeating: 0, count: problem.outputs * problem.samples)
        sums.withUnsafeMutableBufferPointer { Kernels.active.product(directions, BinaryPanels(problem.inputs), into: $0, parallel: parallel) }
        let words = directions.wordsPerRow
        let floats = isSteepest && problem.samples * problem.fanIn <= Self.floatLimit ? FloatRows(problem) : nil
        var evaluations = [Int](repeating: 0, count: problem.outputs)
        let generator = SeededGenerator(seed: seed).split("local projection")
        directions.withUnsafeMutableWords { target in
            evaluations.withUnsafeMutableBufferPointer { evaluations in
                sums.withUnsafeBufferPointer { sums in
                    nonisolated(unsafe) let (target, evaluations, sums) = (target, evaluations, sums)
                    parallel.forEach(problem.outputs, grain: 8) { rows in
                        RowSearch.withScratch(problem, floats) { search in
                            for row in rows {
                                let direction = UnsafeMutableBufferPointer(rebasing: target[row * words..<(row + 1) * words])
                                search.begin(row, direction, sums.baseAddress! + row * problem.samples)
                                search.climb(sweeps: sweeps)
                                if kicks > 0 { search.kick(kicks, sweeps: sweeps, generator.split(UInt64(row))) }
                                evaluations[row] = search.evaluations
                            }
                        }
                    }
                }
            }
        }
        return Projection(
            problem, directions, isOptimal: Array(repeating: false, count: problem.outputs), evaluations: evaluations.reduce(0, +), backend: name)
    }
}

/// Samples as rows of ±1, padded with zeros to whole vectors.
private struct FloatRows {
    typealias Vector = SIMD8<Float>

    /// Of a row.
    let vectors: Int
    let values: [Vector]

    init(_ problem: ProjectionProblem) {
        let (samples, fanIn) = (problem.samples, problem.fanIn)
        let vectors = (fanIn + 7) / 8
        let signs = Kernels.active.unpackSigns(problem.inputs)
        var values = [Vector](repeating: .zero, count: samples * vectors)
        values.withUnsafeMutableBytes { target in
            let target = target.bindMemory(to: Float.self)
            signs.withUnsafeElements { source in
                for sample in 0..<samples {
                    for input in 0..<fanIn { target[sample * vectors * 8 + input] = source[sample * fanIn + input] }
                }
            }
        }
        (self.vectors, self.values) = (vectors, values)
    }
}

/// The search of one row, with its scratch memory.
private struct RowSearch {
    private typealias Vector = FloatRows.Vector

    private let problem: ProjectionProblem
    private let floats: FloatRows?
    /// G, and −d as floats.
    private var gradient: [Vector]
    private var against: [Vector]
    private let columns: UnsafePointer<UInt64>
    private let allPulls: UnsafePointer<Int64>
    private let planes: CountPlanes
    private let above: UnsafeMutablePointer<UInt64>
    private let below: UnsafeMutablePointer<UInt64>
    private let words: Int
    private var pulls: UnsafePointer<Int64>
    private var direction = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private(set) var evaluations = 0
    /// f − f(start), in units.
    private var gain: Int64 = 0

    static func withScratch(_ problem: ProjectionProblem, _ floats: FloatRows?, _ body: (inout RowSearch) -> Void) {
        let words = problem.sampleWords
        problem.columns.withUnsafeBufferPointer { columns in
            problem.pulls.withUnsafeBufferPointer { pulls in
                withUnsafeTemporaryAllocation(of: UInt64.self, capacity: (problem.countBits + 2) * words) { storage in
                    storage.initialize(repeating: 0)
                    var search = RowSearch(problem, floats, columns.baseAddress!, pulls.baseAddress!, storage.baseAddress!)
                    body(&search)
                }
            }
        }
    }

    private init(
        _ problem: ProjectionProblem, _ floats: FloatRows?, _ columns: UnsafePointer<UInt64>, _ pulls: UnsafePointer<Int64>,
        _ storage: UnsafeMutablePointer<UInt64>
    ) {
        self.problem = problem
        self.floats = floats
        gradient = Array(repeating: .zero, count: floats?.vectors ?? 0)
        against = gradient
        self.columns = columns
        allPulls = pulls
        self.pulls = pulls
        words = problem.sampleWords
        planes = CountPlanes(bits: problem.countBits, words: words, planes: storage)
        above = storage + problem.countBits * words
        below = above + words
    }

    /// - Parameter sums: d·x of every sample.
    mutating func begin(_ row: Int, _ direction: UnsafeMutableBufferPointer<UInt64>, _ sums: UnsafePointer<Int32>) {
        self.direction = direction
        pulls = allPulls + row * problem.samples
        let (fanIn, shift) = (problem.fanIn, problem.countShift)
        planes.set(problem.samples) { (Int(sums[$0]) + fanIn) / 2 + shift }
        findBoundary()
        (evaluations, gain) = (1, 0)
    }

    @inline(__always) private func findBoundary() {
        for word in 0..<words { (above[word], below[word]) = planes.boundary(word, CountPlanes.mask(word, samples: problem.samples)) }
    }

    /// What turning an input adds to f.
    @inline(__always) private func change(_ column: UnsafePointer<UInt64>, isPlus: Bool) -> Int64 {
        let flip: UInt64 = isPlus ? 0 : ~0
        var sum: Int64 = 0
        for word in 0..<words {
            let agrees = column[word] ^ flip
            var (lost, won) = (above[word] & agrees, below[word] & ~agrees)
            let line = pulls + word * 64
            while lost != 0 {
                sum &-= line[lost.trailingZeroBitCount]
                lost &= lost &- 1
            }
            while won != 0 {
                sum &+= line[won.trailingZeroBitCount]
                won &= won &- 1
            }
        }
        return 2 &* sum
    }

    @inline(__always) private func turn(_ input: Int, isPlus: Bool) {
        planes.turn(columns + input * words, becomesPlus: !isPlus)
        direction[input >> 6] ^= 1 << UInt64(input & 63)
        findBoundary()
    }

    /// Turns what raises f until nothing does.
    mutating func climb(sweeps: Int) {
        if let floats { ascend(floats, turns: sweeps * problem.fanIn) } else { sweep(sweeps) }
    }

    /// Steepest ascent.
    private mutating func ascend(_ floats: FloatRows, turns: Int) {
        let (fanIn, vectors) = (problem.fanIn, floats.vectors)
        against.withUnsafeMutableBytes { bytes in
            let against = bytes.bindMemory(to: Float.self)
            for input in 0..<fanIn { against[input] = direction[input >> 6] >> UInt64(input & 63) & 1 == 1 ? -1 : 1 }
            for padding in fanIn..<vectors * 8 { against[padding] = 1 }
        }
        for _ in 0..<turns {
            let common = judge(floats)
            evaluations += fanIn
            // The largest −d·G, and where it is first.
            var (best, place) = (-Float.infinity, 0)
            gradient.withUnsafeBufferPointer { gradient in
                against.withUnsafeBufferPointer { against in
                    var most = Vector(repeating: -.infinity)
                    for vector in 0..<vectors {
                        let value = gradient[vector] * against[vector]
                        most = most.replacing(with: value, where: value .> most)
                    }
                    best = most.max()
                    for vector in 0..<vectors {
                        let equal = gradient[vector] * against[vector] .== best
                        guard any(equal) else { continue }
                        for lane in 0..<8 where equal[lane] {
                            place = vector * 8 + lane
                            break
                        }
                        break
                    }
                }
            }
            guard common + best > 0, place < fanIn else { return }
            let isPlus = direction[place >> 6] >> UInt64(place & 63) & 1 == 1
            let change = change(columns + place * words, isPlus: isPlus)
            // Rounding let it look like a gain.
            guard change > 0 else { return }
            turn(place, isPlus: isPlus)
            against[place / 8][place % 8] = isPlus ? 1 : -1
            gain += change
        }
    }

    /// G into its place; returns Σ_Z y' − Σ_A y'.
    private mutating func judge(_ floats: FloatRows) -> Float {
        let vectors = floats.vectors
        var common: Float = 0
        gradient.withUnsafeMutableBufferPointer { gradient in
            floats.values.withUnsafeBufferPointer { rows in
                gradient.update(repeating: .zero)
                // Padding is never the largest.
                for lane in problem.fanIn - (vectors - 1) * 8..<8 { gradient[vectors - 1][lane] = -.greatestFiniteMagnitude }
                for word in 0..<words {
                    let (over, under) = (above[word], below[word])
                    var border = over | under
                    while border != 0 {
                        let bit = border.trailingZeroBitCount
                        border &= border &- 1
                        let pull = Float(pulls[word * 64 + bit])
                        common += over >> UInt64(bit) & 1 == 1 ? -pull : pull
                        let row = rows.baseAddress! + (word * 64 + bit) * vectors
                        for vector in 0..<vectors { gradient[vector] += pull * row[vector] }
                    }
                }
            }
        }
        return common
    }

    /// First improvement: inputs one after the other, round after round.
    private mutating func sweep(_ sweeps: Int) {
        let fanIn = problem.fanIn
        var quiet = 0
        for _ in 0..<sweeps {
            for input in 0..<fanIn {
                let isPlus = direction[input >> 6] >> UInt64(input & 63) & 1 == 1
                evaluations += 1
                let change = change(columns + input * words, isPlus: isPlus)
                guard change > 0 else {
                    quiet += 1
                    if quiet == fanIn { return }
                    continue
                }
                turn(input, isPlus: isPlus)
                gain += change
                quiet = 0
            }
        }
    }

    /// Iterated local search: three random turns, a climb, and back where f has fallen.
    mutating func kick(_ kicks: Int, sweeps: Int, _ generator: SeededGenerator) {
        var generator = generator
        var kept = (direction: Array(direction), gain: gain)
        for _ in 0..<kicks {
            for _ in 0..<min(3, problem.fanIn) {
                let input = generator.index(below: problem.fanIn)
                let isPlus = direction[input >> 6] >> UInt64(input & 63) & 1 == 1
                gain += change(columns + input * words, isPlus: isPlus)
                turn(input, isPlus: isPlus)
            }
            climb(sweeps: sweeps)
            if gain >= kept.gain {
                kept = (Array(direction), gain)
            } else {
                restore(kept.direction)
                gain = kept.gain
            }
        }
    }

    /// Turns what differs.
    private func restore(_ words: [UInt64]) {
        for (word, wanted) in words.enumerated() {
            var differing = direction[word] ^ wanted
            while differing != 0 {
                let bit = differing.trailingZeroBitCount
                turn(word * 64 + bit, isPlus: direction[word] >> UInt64(bit) & 1 == 1)
                differing &= differing - 1
            }
        }
    }
}
