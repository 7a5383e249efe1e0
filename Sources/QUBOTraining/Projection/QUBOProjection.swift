public import BitCore
internal import Ising
internal import Synchronization

/// How large the QUBO of a row is, or would be.
public struct ProjectionSize: Hashable, Sendable, Codable {
    public var variables: Int
    /// An upper bound: couplings of inputs that meet in several samples are one.
    public var interactions: Int

    /// n inputs and `samples` different samples: n + S·(1 + ⌊log₂ n⌋) bits.
    public init(fanIn: Int, samples: Int) {
        let own = Int.bitWidth - fanIn.leadingZeroBitCount
        variables = fanIn + samples * own
        interactions = fanIn * (fanIn - 1) / 2 + samples * (own * fanIn + own * (own - 1) / 2)
    }
}

/// A row of a projection as a QUBO, to be minimised by any sampler, external ones among them. Bits: ω of the direction, and for every sample the sign α and
/// slack r_0 … r_{k−2}, k = ⌊log₂ n⌋ + 1:
///
///     E = Σ_b 2·y'_b·(1 − 2α_b) + Σ_b λ_b·(K_b + δ − 2^(k−1)·α_b − Σ_j 2^j·r_bj)²,   δ = 2^(k−1) − ⌈n/2⌉,
///
/// with K_b = Σ_i (ω_i where x_bi = +1, 1 − ω_i where x_bi = −1). Where the squares are 0, E = −2·f.
///
/// Exact if λ_b > 4·|y'_b|: fix ω. If the bits of sample b violate its square, which is then 1 or more, giving them the values of the forward pass saves λ_b
/// at least and costs 4·|y'_b| at most, and touches no other sample. So for every ω the least energy is −2·f(ω), and minimisers decode to optima. Samples
/// that do not pull are left out.
public struct QUBOProjection: ProjectionBackend {
    public struct Options: Hashable, Sendable, Codable {
        /// A name of `SamplerCatalog`, external ones among them.
        public var sampler = "exact"
        /// Of the sampler: a JSON object.
        public var samplerOptions: String?
        public var reads: Int?
        /// λ_b in units of 4·|y'_b|; above 1 the form is exact.
        public var penalty = 1.25
        /// More variables are not handed to the sampler; nil for 64 with `exact` and 20,000 with others.
        public var variableLimit: Int?
        /// Seconds a row, for external samplers and where none of the other limits ends the search: what a program that hangs costs.
        public var timeLimit: Double? = 10
        /// Flips a row that a sampler may try which does not end by itself.
        public var updateLimit = 1_000_000

        public init() {}
    }

    public let options: Options
    private let sampler: any Sampler

    /// - Throws: `ProjectionError` for an unknown sampler or an option out of its range.
    public init(_ options: Options = Options()) throws(ProjectionError) {
        guard options.penalty.isFinite, options.penalty > 0 else { throw .option("a penalty of \(options.penalty); use a finite number above 0") }
        guard options.updateLimit >= 1 else { throw .option("an update limit of \(options.updateLimit); use 1 or more") }
        if let limit = options.timeLimit, !(limit > 0) { throw .option("a time limit of \(limit) seconds; use more than 0") }
        if let limit = options.variableLimit, limit < 1 { throw .option("a variable limit of \(limit); use 1 or more") }
        self.options = options
        do {
            sampler = try SamplerCatalog.sampler(options.sampler, options: options.samplerOptions, reads: options.reads)
        } catch {
            throw .sampler(options.sampler, row: nil, reason: "\(error)")
        }
    }

    public let name = "qubo"

    var variableLimit: Int { options.variableLimit ?? (options.sampler.lowercased() == "exact" ? 64 : 20_000) }

    /// The largest of the rows' QUBOs.
    public func size(of problem: ProjectionProblem) -> ProjectionSize {
        let samples = (0..<problem.outputs).map { ProjectionRow.samples(problem, $0).count }.max() ?? 0
        return ProjectionSize(fanIn: problem.fanIn, samples: samples)
    }

    public func project(_ problem: ProjectionProblem, start: PackedTensor?, seed: UInt64, parallel: Parallel) throws(ProjectionError) -> Projection {
        let size = size(of: problem)
        guard size.variables <= variableLimit else { throw .tooLarge(size, sampler: options.sampler, limit: variableLimit) }
        struct Found {
            var directions: [(words: [UInt64], isOptimal: Bool)?]
            var failure: (row: Int, error: ProjectionError)?
            var updates = 0
        }
        let found = Mutex(Found(directions: Array(repeating: nil, count: problem.outputs)))
        parallel.forEach(problem.outputs) { rows in
            for row in rows {
                do throws(ProjectionError) {
                    let result = try solve(problem, row, start: start, seed: seed &+ UInt64(row))
                    found.withLock {
                        $0.directions[row] = (result.words, result.isOptimal)
                        $0.updates += result.updates
                    }
                } catch {
                    // The first row's, whatever the order in which they failed.
                    found.withLock { if row < $0.failure?.row ?? .max { $0.failure = (row, error) } }
                    return
                }
            }
        }
        let result = found.withLock { $0 }
        if let failure = result.failure { throw failure.error }
        let rows = result.directions.compactMap(\.self)
        let directions = PackedTensor(words: rows.flatMap(\.words), shape: [problem.outputs, problem.fanIn])
        return Projection(
            problem, directions, isOptimal: rows.map(\.isOptimal), evaluations: result.updates, backend: "qubo, \(options.sampler)")
    }

    private func solve(
        _ problem: ProjectionProblem, _ index: Int, start: PackedTensor?, seed: UInt64
    ) throws(ProjectionError) -> (words: [UInt64], isOptimal: Bool, updates: Int) {
        let row = ProjectionRow(problem, index, penalty: options.penalty)
        let startWords = start.map { start in (0..<start.wordsPerRow).map { start.words[index * start.wordsPerRow + $0] } }
        // Nothing pulls: every direction is an optimum.
        if row.samples.isEmpty { return (startWords ?? row.allPlus, true, 0) }
        let endsByItself = SamplerCatalog.endsByItself(options.sampler)
        let isExternal = options.sampler.hasPrefix(SamplerCatalog.externalPrefix)
        let control = SamplingControl(
            timeLimit: isExternal ? options.timeLimit : nil, updateLimit: endsByItself || isExternal ? nil : options.updateLimit,
            initialStates: startWords.map { [row.state($0)] } ?? [])
        do {
            let set = try sampler.sample(row.model(), seed: seed, control: control)
            var best: (words: [UInt64], value: Int64)?
            for sample in set.samples.prefix(1000) {
                let words = row.decode(sample.spins)
                let value = row.value(words)
                if value > best?.value ?? .min { best = (words, value) }
            }
            let words = best?.words ?? row.allPlus
            return (words, set.stopReason == .optimal && options.penalty > 1, set.updates)
        } catch let error as ProjectionError {
            throw error
        } catch {
            throw .sampler(options.sampler, row: index, reason: "\(error)")
        }
    }
}
