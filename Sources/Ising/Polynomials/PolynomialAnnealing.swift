internal import BitCore
#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Simulated annealing on polynomials of any degree with constraints, as they are: no auxiliary bits, no slack.
///
/// Single flips are proposed in order, and where there are equations also exchanges of two variables that keep one of them. A violated constraint
/// costs its weight times the violation. Weights start low; a read that ends with violations raises those of the violated constraints, and
/// anneals again from where it is, half as hot, until all hold or its rounds are used up.
///
/// Quadratic models without constraints are taken too, as by any sampler; those made for them are faster there.
public struct PolynomialAnnealing: Sampler, Hashable {
    public struct Options: Hashable, Sendable, Codable {
        /// Anneals; nil for as many as the limits allow, or 16 without limits.
        public var reads: Int?
        /// Sweeps of a round; nil for 1000, or growing from 250 where the number of reads is left to the limits.
        public var sweeps: Int?
        /// Rounds of a read, at most.
        public var rounds = 12
        /// What a violated constraint's weight is multiplied by after a round; a quarter of that rise is for all others.
        public var raise = 2.0

        public init() {}

        func check() throws(SamplerError) {
            try SamplerError.check(reads, "reads")
            try SamplerError.check(sweeps, "sweeps")
            guard rounds >= 1 else { throw .option("\(rounds) rounds; use 1 or more") }
            guard raise.isFinite, raise >= 1 else { throw .option("weights are raised by \(raise); use a finite number of 1 or more") }
        }
    }

    public let name = "polynomial"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    /// Looks for assignments that meet the constraints and minimise the objective. As a `Sampler` does: the same samples with any number of threads,
    /// limits kept within a read, energies recomputed at the end. A target counts for feasible assignments.
    /// - Throws: `SamplerError` for options out of range or initial states of another size; finding nothing feasible is not an error, the samples
    ///   say so.
    public func sample(
        _ model: ConstrainedModel, seed: UInt64, control: SamplingControl = SamplingControl()
    ) throws(SamplerError) -> ConstrainedSampleSet {
        try options.check()
        for initial in control.initialStates where initial.count != model.variables {
            throw .option("an initial state of \(initial.count) variables for a model of \(model.variables); give one of the model")
        }
        // The monitor watches limits and the best assignment; it needs to know no more of the model than its size.
        let blank: IsingModel
        do { blank = try IsingModel(fields: [Double](repeating: 0, count: model.variables)) } catch { throw .model(error) }
        let terms = model.variables + model.objective.indices.count + model.constraints.reduce(0) { $0 + $1.variables.count }
        let monitor = SearchMonitor(IntegerModel(blank), control: control, terms: terms)
        return ConstrainedSampleSet(run(model, seed: seed, monitor), model: model, monitor: monitor)
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        try control.checkInitialStates(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        do {
            guard let polynomial = try BinaryPolynomial.of(model.terms, vartype: .spin, goOn: { monitor.poll(updates: 0) }) else {
                return monitor.sampleSet([], seed: seed, sampler: name)
            }
            return run(try ConstrainedModel(objective: polynomial), seed: seed, monitor) { model.energy(of: $0.spins) }
        } catch {
            throw .model(error)
        }
    }

    /// - Parameter energy: of an assignment of a model without constraints; nil for the value of the polynomial.
    private func run(
        _ model: ConstrainedModel, seed: UInt64, _ monitor: SearchMonitor, energy: (@Sendable (PackedSpins) -> Double)? = nil
    ) -> SampleSet {
        guard let search = PolynomialSearch(model, options: options, seed: seed, monitor: monitor, energy: energy) else {
            return monitor.sampleSet([], seed: seed, sampler: name)
        }
        let reads = model.variables == 0 ? 1 : options.reads ?? (monitor.control.isLimited ? nil : 16)
        let samples = Reads.run(reads, monitor: monitor) { [search.run($0, isEndless: reads == nil)] }
        return monitor.sampleSet(samples, seed: seed, sampler: name)
    }
}

/// What the reads of one call share.
private struct PolynomialSearch: Sendable {
    let layout: PolynomialState.Layout
    let options: PolynomialAnnealing.Options
    let generator: SeededGenerator
    let monitor: SearchMonitor
    let hot: Double
    let cold: Double
    let equations: [LinearConstraint]
    let energy: (@Sendable (PackedSpins) -> Double)?

    /// nil when the search was stopped before it began.
    init?(
        _ model: ConstrainedModel, options: PolynomialAnnealing.Options, seed: UInt64, monitor: SearchMonitor,
        energy: (@Sendable (PackedSpins) -> Double)?
    ) {
        self.energy = energy
        guard let layout = PolynomialState.Layout(model, goOn: { monitor.poll(updates: 0) }) else { return nil }
        self.layout = layout
        self.options = options
        generator = SeededGenerator(seed: seed).split("polynomial annealing")
        self.monitor = monitor
        equations = model.constraints.filter { $0.sense == .equal && $0.variables.count > 1 }
        // A flip changes the objective by some root-mean-square at high temperature, and by the least coefficient at low ones.
        let objective = model.objective
        var squares = [Double](repeating: 0, count: model.variables)
        var least = Double.infinity
        for term in 0..<objective.terms where objective.termDegree(term) > 0 {
            if term & 0x3FFFF == 0x3FFFF, !monitor.poll(updates: 0) { return nil }
            let value = objective.coefficients[term].magnitude
            least = Swift.min(least, value)
            // For bits, a term of degree d is there with probability 2^−(d−1).
            let share = layout.isSpin ? 4 : Double(sign: .plus, exponent: -Swift.min(objective.termDegree(term) - 1, 20), significand: 1)
            for index in objective.indices[objective.term(term)] { squares[Int(index)] += share * value * value }
        }
        let mean = squares.reduce(0, +) / Double(Swift.max(1, squares.count { $0 > 0 }))
        let step = layout.isSpin ? 2 * least : least
        hot = mean > 0 ? Swift.max(2 * mean.squareRoot(), step) : 1
        // Coefficients that differ by more than a thousand are not all told apart.
        cold = least.isFinite ? Swift.max(step / 6, hot / 5000) : 0.1
    }

    func sweeps(_ read: Int, isEndless: Bool) -> Int {
        if let sweeps = options.sweeps { return sweeps }
        // 250 once, 500 twice, 1000 four times …
        return isEndless ? 250 << Swift.min(Int.bitWidth - 1 - (read + 1).leadingZeroBitCount, 14) : 1000
    }

    func run(_ read: Int, isEndless: Bool) -> PackedSpins {
        var generator = generator.split(UInt64(read))
        let count = layout.model.variables
        let initial = monitor.control.initialStates
        let start = initial.isEmpty ? (0..<count).map { _ in UInt8(generator.next() >> 63) } : initial[read % initial.count].bits
        let goOn = { monitor.poll(updates: 0) }
        guard var state = PolynomialState(layout, bits: start, weights: layout.model.constraints.map { _ in hot / 2 }, goOn: goOn) else {
            return PackedSpins(ofBits: start)
        }
        var best = state.bits
        var bestKey = (state.violated, state.energy)
        func keep() {
            guard (state.violated, state.energy) < bestKey else { return }
            bestKey = (state.violated, state.energy)
            best = state.bits
            if state.violated == 0, state.energy <= monitor.bestEnergy { offer(state.bits) }
        }
        if state.violated == 0 { offer(state.bits) }
        for round in 0..<options.rounds {
            // From an initial state the first round starts half as hot as well.
            let from = round == 0 && initial.isEmpty ? hot : Swift.max(hot / 2, cold)
            let length = sweeps(read, isEndless: isEndless)
            for sweep in 0..<length {
                let progress = length > 1 ? Double(sweep) / Double(length - 1) : 1
                let beta = 1 / (from * pow(cold / from, progress))
                guard self.sweep(&state, beta: beta, &generator) else {
                    keep()
                    return PackedSpins(ofBits: best)
                }
                keep()
                // Where sums round, what they have gathered goes.
                if !layout.isExact, sweep % 256 == 255, !state.refresh(goOn: goOn) { return PackedSpins(ofBits: best) }
            }
            guard layout.isExact || state.refresh(goOn: goOn) else { return PackedSpins(ofBits: best) }
            guard descend(&state) else { break }
            keep()
            guard state.violated > 0 else { break }
            // The others a little too: where hundreds of constraints are alike, one after the other would be found too light.
            let few = 1 + (options.raise - 1) / 4
            for (constraint, isViolated) in state.violations.enumerated() {
                state.weights[constraint] = Swift.min(state.weights[constraint] * (isViolated ? options.raise : few), 1e200)
            }
        }
        keep()
        return PackedSpins(ofBits: best)
    }

    /// Tells the monitor of an assignment that meets all constraints, judged from scratch.
    private func offer(_ bits: [UInt8]) {
        let spins = PackedSpins(ofBits: bits)
        if let energy { return monitor.offer(spins, energy: energy(spins)) }
        let evaluation = layout.model.evaluate(bits)
        if evaluation.isFeasible { monitor.offer(spins, energy: evaluation.energy) }
    }

    /// One proposal a variable, and as many exchanges as variables stand in equations; false when the search is over.
    private func sweep(_ state: inout PolynomialState, beta: Double, _ generator: inout SeededGenerator) -> Bool {
        var proposals = 0
        func count(_ made: Int) -> Bool {
            proposals += made
            guard proposals + state.work >= 8192 else { return true }
            defer { (proposals, state.work) = (0, 0) }
            return monitor.poll(updates: proposals)
        }
        for variable in state.bits.indices {
            if accepts(state.change(variable), beta, &generator) { state.flip(variable) }
            guard count(1) else { return false }
        }
        for equation in equations {
            for _ in equation.variables {
                exchange(in: equation, &state, beta: beta, &generator)
                guard count(2) else { return false }
            }
        }
        return monitor.poll(updates: proposals)
    }

    /// Proposes to flip two variables so that the activity of an equation stays.
    private func exchange(in equation: LinearConstraint, _ state: inout PolynomialState, beta: Double, _ generator: inout SeededGenerator) {
        let (a, b) = (generator.index(below: equation.variables.count), generator.index(below: equation.variables.count))
        let (first, second) = (Int(equation.variables[a]), Int(equation.variables[b]))
        let isOpposite = state.bits[first] != state.bits[second]
        guard a != b, isOpposite ? equation.coefficients[a] == equation.coefficients[b] : equation.coefficients[a] == -equation.coefficients[b]
        else { return }
        let change = state.change(first)
        state.flip(first)
        if accepts(change + state.change(second), beta, &generator) { state.flip(second) } else { state.flip(first) }
    }

    private func accepts(_ change: Double, _ beta: Double, _ generator: inout SeededGenerator) -> Bool {
        guard change > 0 else { return true }
        let exponent = beta * change
        guard exponent < 22 else { return false }
        return Double(generator.next() >> 11) * 0x1p-53 < exp(-exponent)
    }

    /// Flips whatever lowers the energy, until nothing does; false when the search is over.
    private func descend(_ state: inout PolynomialState) -> Bool {
        var improved = true
        var rounds = 0
        // Where sums round, flips of next to no gain could go on for ever.
        while improved, rounds < 1000 {
            improved = false
            rounds += 1
            var proposals = 0
            for variable in state.bits.indices {
                if state.change(variable) < 0 {
                    state.flip(variable)
                    improved = true
                }
                proposals += 1
                if proposals + state.work >= 8192 {
                    guard monitor.poll(updates: proposals) else { return false }
                    (proposals, state.work) = (0, 0)
                }
            }
            guard monitor.poll(updates: proposals) else { return false }
        }
        return true
    }
}

extension PackedSpins {
    fileprivate init(ofBits bits: [UInt8]) { self.init(bits.lazy.map { $0 == 1 ? 1 : -1 }) }
}
