internal import CKernels

/// A model for annealing in byte lanes: every variable is 64 bytes, one of each replica, and couplings and fields are small integers.
/// `sf_anneal_bytes.h` says how they are laid out and how random numbers are used.
public final class ByteLaneModel: Sendable {
    public static let lanes = SF_BYTE_LANES
    /// The most that |h| + Σ|J| of a variable may be.
    public static let largestWeight = SF_BYTE_WEIGHT
    /// Numbers in an acceptance table.
    public static let energies = SF_BYTE_ENERGIES

    /// Consecutive variables with as many couplings of +1, of −1 and of other values.
    public struct Run: Sendable {
        public var first: Int
        public var count: Int
        /// Place of the first variable's first number.
        public var term: Int
        public var plus: Int
        public var minus: Int
        public var other: Int

        public init(first: Int, count: Int, term: Int, plus: Int, minus: Int, other: Int) {
            (self.first, self.count, self.term, self.plus, self.minus, self.other) = (first, count, term, plus, minus, other)
        }

        /// Numbers that a variable takes.
        public var numbers: Int { plus + minus + 2 * other }
    }

    public let variables: Int
    public let runCount: Int
    private let runs: [sf_byte_run]
    private let terms: [UInt32]
    private let pull: [Int8]
    private let fields: [Int8]

    /// - Parameters:
    ///   - terms: for each variable the neighbours with J = 1 and those with J = −1, as 64 × their number; then for each other coupling the
    ///     neighbour and J as a byte four times.
    ///   - pull: Σ J − h for each variable.
    /// - Precondition: every index is inside, and |h| + Σ|J| is at most `largestWeight`.
    public init(runs: [Run], terms: [UInt32], pull: [Int8], fields: [Int8]) {
        let variables = pull.count
        precondition(fields.count == variables, "\(fields.count) fields for \(variables) variables")
        precondition(variables <= Int(UInt32.max) / Self.lanes && terms.count <= Int(UInt32.max), "more variables or terms than 32 bits can number")
        self.variables = variables
        self.runs = runs.map { run in
            precondition(run.first >= 0 && run.count >= 0 && run.first + run.count <= variables, "a run past the last variable")
            precondition(run.term >= 0 && run.term + run.count * run.numbers <= terms.count, "a run past the last term")
            precondition(run.plus + run.minus + run.other <= Self.largestWeight, "\(run.plus + run.minus + run.other) couplings of a variable")
            for variable in 0..<run.count {
                let place = run.term + variable * run.numbers
                let units = run.plus + run.minus
                var weight = units + Int(fields[run.first + variable].magnitude)
                for index in 0..<(units + run.other) {
                    let number = terms[place + Swift.min(index, units) + 2 * Swift.max(0, index - units)]
                    precondition(Int(number) % Self.lanes == 0 && Int(number) / Self.lanes < variables, "a term at byte \(number)")
                    if index >= units { weight += Int(Int8(truncatingIfNeeded: terms[place + units + 2 * (index - units) + 1]).magnitude) }
                }
                precondition(weight <= Self.largestWeight, "couplings and field of weight \(weight) at variable \(run.first + variable)")
            }
            return sf_byte_run(
                first: UInt32(run.first), count: UInt32(run.count), term: UInt32(run.term), plus: UInt8(run.plus), minus: UInt8(run.minus),
                other: UInt8(run.other))
        }
        runCount = runs.count
        self.terms = terms
        self.pull = pull
        self.fields = fields
    }

    /// The model as C sees it, a range of its runs.
    fileprivate func withC<Result>(_ range: Range<Int>, _ body: (UnsafePointer<sf_byte_model>) -> Result) -> Result {
        runs.withUnsafeBufferPointer { runs in
            terms.withUnsafeBufferPointer { terms in
                pull.withUnsafeBufferPointer { pull in
                    fields.withUnsafeBufferPointer { fields in
                        var model = sf_byte_model(
                            runs: runs.baseAddress.map { $0 + range.lowerBound }, run_count: range.count, terms: terms.baseAddress,
                            pull: pull.baseAddress, field: fields.baseAddress)
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
    ///   - spins: 64 bytes a variable, 0xFF or 0.
    ///   - generators: sixteen words, not all zero.
    ///   - accept: for each sweep `ByteLaneModel.energies` numbers: a flip that raises the energy by 2D, or keeps it (D = 0), is accepted with
    ///     probability accept[D] / 65536.
    public func annealBytes(
        _ model: ByteLaneModel, runs: Range<Int>, spins: AlignedBuffer<UInt8>, generators: AlignedBuffer<UInt64>, accept: UnsafeBufferPointer<UInt16>
    ) {
        precondition(spins.count >= model.variables * ByteLaneModel.lanes, "\(spins.count) bytes for \(model.variables) variables")
        precondition(generators.count == 16 && accept.count % ByteLaneModel.energies == 0, "generators or tables of another size")
        precondition(runs.lowerBound >= 0 && runs.upperBound <= model.runCount, "runs \(runs) of \(model.runCount)")
        guard !accept.isEmpty, !runs.isEmpty, let tables = accept.baseAddress else { return }
        model.withC(runs) {
            byteLanes.sweeps($0, spins.pointer, generators.pointer, tables, accept.count / ByteLaneModel.energies)
        }
    }

    /// Σ s (2 h + Σ J s), twice the energy, of every replica.
    /// - Precondition: fewer than 2²³ variables, so that the sums fit.
    public func byteEnergies(_ model: ByteLaneModel, spins: AlignedBuffer<UInt8>) -> [Int32] {
        precondition(spins.count >= model.variables * ByteLaneModel.lanes, "\(spins.count) bytes for \(model.variables) variables")
        precondition(model.variables < 1 << 23, "sums over \(model.variables) variables do not fit")
        var sums = [Int32](repeating: 0, count: ByteLaneModel.lanes)
        model.withC(0..<model.runCount) { byteLanes.energies($0, spins.pointer, &sums) }
        return sums
    }

    /// Replicas as packed rows: bit v of row `lane` says that the lane's spin number order[v] is +1.
    public func rows(ofBytes spins: AlignedBuffer<UInt8>, order: [UInt32]) -> [UInt64] {
        let words = (order.count + 63) / 64
        precondition(order.allSatisfy { (Int($0) + 1) * ByteLaneModel.lanes <= spins.count }, "a variable past the last")
        return [UInt64](unsafeUninitializedCapacity: words * ByteLaneModel.lanes) { buffer, count in
            if let base = buffer.baseAddress, words > 0 { sf_bytes_to_rows(spins.pointer, order, order.count, base, words) }
            count = words * ByteLaneModel.lanes
        }
    }

    /// The other way: spin number order[v] of each lane gets bit v of the lane's row.
    public func setBytes(_ spins: AlignedBuffer<UInt8>, fromRows rows: [UInt64], order: [UInt32]) {
        let words = (order.count + 63) / 64
        precondition(rows.count == words * ByteLaneModel.lanes, "\(rows.count) words for \(ByteLaneModel.lanes) rows of \(words)")
        precondition(order.allSatisfy { (Int($0) + 1) * ByteLaneModel.lanes <= spins.count }, "a variable past the last")
        sf_rows_to_bytes(rows, words, order, order.count, spins.pointer)
    }
}
