internal import CKernels

/// A model for multi-spin coding: every variable is a plane of 512 bits, one of each replica, and its couplings are small integers.
/// `sf_anneal_planes.h` derives the thresholds and says how random numbers are used.
public final class PlaneModel: Sendable {
    public static let lanes = SF_PLANE_WORDS * 64
    public static let levels = SF_PLANE_LEVELS
    /// The most that |h| + Σ|J| of a variable may be.
    public static let largestWeight = SF_PLANE_WEIGHT
    /// Numbers in an acceptance table.
    public static let energies = SF_PLANE_ENERGIES
    /// Bytes of a plane: distances between planes are multiples of it.
    public static let planeBytes = SF_PLANE_WORDS * 8

    /// Consecutive variables whose terms have the same form.
    public struct Run: Sendable {
        public var first: Int
        public var count: Int
        /// Place of the first variable's first term.
        public var term: Int
        /// Terms of a variable at each level with J > 0, and with J < 0.
        public var positive: [UInt8]
        public var negative: [UInt8]
        /// Σ|J|, and the parity of Σ|J| − h.
        public var weight: Int
        public var parity: Int

        public init(first: Int, count: Int, term: Int, positive: [UInt8], negative: [UInt8], weight: Int, parity: Int) {
            (self.first, self.count, self.term) = (first, count, term)
            (self.positive, self.negative, self.weight, self.parity) = (positive, negative, weight, parity)
        }

        var terms: Int { positive.reduce(0) { $0 + Int($1) } + negative.reduce(0) { $0 + Int($1) } }
    }

    /// Planes that a buffer must have: the variables and those that stand for constants.
    public let planes: Int
    public let runCount: Int
    private let runs: [sf_plane_run]
    private let terms: [UInt32]
    private let up: [Int16]
    private let down: [Int16]

    /// - Parameters:
    ///   - terms: neighbours as 64 × the number of their plane.
    ///   - up: ceil((W − h) / 2) for each variable.
    ///   - down: floor((W − h) / 2) + 1.
    /// - Precondition: every index is inside, and no weight is above `largestWeight`.
    public init(planes: Int, runs: [Run], terms: [UInt32], up: [Int16], down: [Int16]) {
        precondition(up.count == down.count && up.count <= planes, "\(up.count) and \(down.count) thresholds for \(planes) planes")
        precondition(planes <= Int(UInt32.max) / Self.planeBytes && terms.count <= Int(UInt32.max), "more planes or terms than 32 bits can number")
        for term in terms {
            precondition(Int(term) % Self.planeBytes == 0 && Int(term) / Self.planeBytes < planes, "a term at byte \(term) of \(planes) planes")
        }
        self.planes = planes
        self.runs = runs.map { run in
            precondition(run.first >= 0 && run.count >= 0 && run.first + run.count <= up.count, "a run past the last variable")
            precondition(run.term >= 0 && run.term + run.count * run.terms <= terms.count, "a run past the last term")
            precondition(run.positive.count == Self.levels && run.negative.count == Self.levels, "a run with other than \(Self.levels) levels")
            let weight = (0..<Self.levels).reduce(0) { $0 + (Int(run.positive[$1]) + Int(run.negative[$1])) << $1 }
            precondition(weight == run.weight && weight <= Self.largestWeight, "terms of weight \(weight) in a run of weight \(run.weight)")
            var result = sf_plane_run()
            result.first = UInt32(run.first)
            result.count = UInt32(run.count)
            result.term = UInt32(run.term)
            withUnsafeMutableBytes(of: &result.positive) { $0.copyBytes(from: run.positive) }
            withUnsafeMutableBytes(of: &result.negative) { $0.copyBytes(from: run.negative) }
            result.weight = UInt8(run.weight)
            result.parity = UInt8(run.parity & 1)
            return result
        }
        runCount = runs.count
        self.terms = terms
        self.up = up
        self.down = down
    }

    /// The model as C sees it, a range of its runs. For descent the thresholds change places.
    fileprivate func withC<Result>(_ range: Range<Int>, descending: Bool, _ body: (UnsafePointer<sf_plane_model>) -> Result) -> Result {
        runs.withUnsafeBufferPointer { runs in
            terms.withUnsafeBufferPointer { terms in
                up.withUnsafeBufferPointer { up in
                    down.withUnsafeBufferPointer { down in
                        var model = sf_plane_model(
                            runs: runs.baseAddress.map { $0 + range.lowerBound }, run_count: range.count, terms: terms.baseAddress,
                            up: (descending ? down : up).baseAddress, down: (descending ? up : down).baseAddress)
                        return withUnsafePointer(to: &model, body)
                    }
                }
            }
        }
    }
}

extension Kernels {
    /// Metropolis sweeps over the variables of some runs, in their order.
    /// - Parameters:
    ///   - planes: `model.planes` planes of eight words.
    ///   - generators: sixteen words, not all zero.
    ///   - accept: for each sweep `PlaneModel.energies` numbers: a flip that raises the energy by 2D is accepted with probability
    ///     accept[D] / 65536. They fall with D.
    ///   - descending: accept only what lowers the energy; the tables must be zeros.
    public func annealPlanes(
        _ model: PlaneModel, runs: Range<Int>, planes: AlignedBuffer<UInt64>, generators: AlignedBuffer<UInt64>, accept: UnsafeBufferPointer<UInt16>,
        descending: Bool = false
    ) {
        precondition(planes.count >= model.planes * PlaneModel.planeBytes / 8, "\(planes.count) words for \(model.planes) planes")
        precondition(generators.count == 16 && accept.count % PlaneModel.energies == 0, "generators or tables of another size")
        precondition(runs.lowerBound >= 0 && runs.upperBound <= model.runCount, "runs \(runs) of \(model.runCount)")
        guard !accept.isEmpty, !runs.isEmpty, let accept = accept.baseAddress.map({ ($0, accept.count) }) else { return }
        model.withC(runs, descending: descending) {
            self.planes.sweeps($0, planes.pointer, generators.pointer, accept.0, accept.1 / PlaneModel.energies)
        }
    }

    /// counts[lane] += weight × the number of pairs of planes that are equal, or differ, in the lane.
    /// - Parameter pairs: two byte distances each.
    public func countPairs(
        _ planes: AlignedBuffer<UInt64>, pairs: UnsafeBufferPointer<UInt32>, differing: Bool, weight: UInt32, into counts: inout [UInt32]
    ) {
        precondition(pairs.count % 2 == 0 && counts.count == PlaneModel.lanes, "\(pairs.count) ends of pairs, \(counts.count) counts")
        guard let base = pairs.baseAddress, !pairs.isEmpty else { return }
        counts.withUnsafeMutableBufferPointer {
            self.planes.pairs(planes.pointer, base, pairs.count / 2, differing ? 1 : 0, weight, $0.baseAddress!)
        }
    }

    /// Replicas as packed rows: bit v of row `lane` is the lane's bit of plane order[v].
    public func rows(ofPlanes planes: AlignedBuffer<UInt64>, order: [UInt32]) -> [UInt64] {
        let words = (order.count + 63) / 64
        precondition(order.allSatisfy { Int($0) * PlaneModel.planeBytes / 8 < planes.count }, "a plane past the last")
        return [UInt64](unsafeUninitializedCapacity: words * PlaneModel.lanes) { buffer, count in
            if let base = buffer.baseAddress, words > 0 { sf_planes_to_rows(planes.pointer, order, order.count, base, words) }
            count = words * PlaneModel.lanes
        }
    }

    /// The other way: plane order[v] gets bit v of the 512 rows.
    public func setPlanes(_ planes: AlignedBuffer<UInt64>, fromRows rows: [UInt64], order: [UInt32]) {
        let words = (order.count + 63) / 64
        precondition(rows.count == words * PlaneModel.lanes, "\(rows.count) words for \(PlaneModel.lanes) rows of \(words)")
        precondition(order.allSatisfy { Int($0) * PlaneModel.planeBytes / 8 < planes.count }, "a plane past the last")
        sf_rows_to_planes(rows, words, order, order.count, planes.pointer)
    }
}
