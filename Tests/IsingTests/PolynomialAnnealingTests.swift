import BitCore
import Ising
import Synchronization
import Testing

@Suite struct PolynomialAnnealingTests {
    static func model(_ variables: Int, vartype: Vartype, step: Double?, constraints: Int, seed: UInt64) throws -> ConstrainedModel {
        var generator = SeededGenerator(seed: seed)
        let terms = randomTerms(variables, degree: 4, count: 4 * variables, step: step, seed: seed)
        let objective = try BinaryPolynomial(variables: variables, vartype: vartype, terms: terms)
        // Met by a hidden assignment, so that there is something to find.
        let hidden = (0..<variables).map { _ in UInt8(generator.index(below: 2)) }
        let list = try (0..<constraints).map { number in
            let size = Swift.min(variables, 2 + generator.index(below: 4))
            let places = generator.permutation(variables).prefix(size).map { ($0, Double(1 + generator.index(below: 3))) }
            let free = try LinearConstraint(places, .equal, 0)
            let activity = free.activity(of: hidden, vartype: vartype)
            return try LinearConstraint(places, LinearConstraint.Sense.allCases[number % 3], activity)
        }
        return try ConstrainedModel(objective: objective, constraints: list)
    }

    /// What the state says at any time is what the model says from scratch.
    @Test(arguments: Vartype.allCases, [1, nil] as [Double?])
    func theStateFollowsTheModel(vartype: Vartype, step: Double?) throws {
        for seed in 0..<10 as Range<UInt64> {
            let model = try Self.model(9, vartype: vartype, step: step, constraints: 4, seed: seed)
            let layout = PolynomialState.Layout(model)
            var generator = SeededGenerator(seed: seed)
            let bits = (0..<9).map { _ in UInt8(generator.index(below: 2)) }
            var state = PolynomialState(layout, bits: bits, weights: [1, 1, 1, 1])
            let slack = step == nil ? 1e-10 : 0
            for _ in 0..<200 {
                let variable = generator.index(below: 9)
                let before = model.evaluate(state.bits)
                let (objective, change) = (state.objectiveChange(variable), state.change(variable))
                state.flip(variable)
                let after = model.evaluate(state.bits)
                #expect(abs(after.energy - before.energy - objective) <= slack && abs(after.energy - state.energy) <= slack)
                #expect(state.violated == after.violated && state.violations == after.violations.map { $0 > 0 })
                let scales = model.constraints.map { 1 / ($0.coefficients.map(abs).min() ?? 1) }
                let penalties = zip(scales, zip(after.violations, before.violations)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
                #expect(abs(change - objective - penalties) <= 1e-9)
            }
        }
    }

    @Test(arguments: 0..<11, Vartype.allCases)
    func smallModelsAreSolved(variables: Int, vartype: Vartype) throws {
        for seed in 0..<8 as Range<UInt64> {
            let model = try Self.model(
                variables, vartype: vartype, step: seed % 2 == 0 ? 1 : nil, constraints: variables > 0 ? Int(seed % 4) : 0, seed: seed)
            let best = assignments(variables).map { model.evaluate($0.bits) }.filter(\.isFeasible).map(\.energy).min()
            let set = try PolynomialAnnealing().sample(model, seed: seed)
            #expect(set.isFeasible == (best != nil))
            #expect(abs(set.first.energy - (best ?? 0)) <= 1e-12)
            for sample in set.samples {
                let evaluation = model.evaluate(sample.spins.bits)
                #expect(evaluation.energy == sample.energy && evaluation.violations == sample.violations)
            }
            #expect(set.reads >= (variables == 0 ? 1 : 16) && set.stopReason == .completed)
            #expect(set.trajectory.last?.energy == set.first.energy)
        }
    }

    @Test func whatCannotBeMetIsSaid() throws {
        let objective = try BinaryPolynomial(variables: 3, vartype: .binary, terms: [(-1, [0, 1, 2])])
        let constraints = [try LinearConstraint([(0, 1), (1, 1), (2, 1)], .atLeast, 2), try LinearConstraint([(0, 2), (1, 2), (2, 2)], .atMost, 3)]
        let set = try PolynomialAnnealing().sample(ConstrainedModel(objective: objective, constraints: constraints), seed: 1)
        #expect(!set.isFeasible && set.first.violations.count { $0 > 0 } == 1 && set.trajectory.isEmpty)
    }

    @Test func threadsDoNotChangeTheSamples() throws {
        let model = try Self.model(40, vartype: .binary, step: 1, constraints: 12, seed: 3)
        var sampler = PolynomialAnnealing()
        (sampler.options.reads, sampler.options.sweeps) = (12, 60)
        let one = try sampler.sample(model, seed: 5)
        let two = try sampler.sample(model, seed: 5, control: SamplingControl(threads: 2))
        #expect(one.samples == two.samples && one.reads == 12)
        #expect(try sampler.sample(model, seed: 6).samples != one.samples)
    }

    @Test func limitsAreKept() throws {
        let model = try Self.model(60, vartype: .spin, step: 1, constraints: 9, seed: 4)
        let clock = Mutex(0.0)
        // A clock that moves a millisecond whenever it is read: a limit of 50 ms is 50 readings away.
        let control = SamplingControl(
            timeLimit: 0.05,
            seconds: {
                clock.withLock {
                    $0 += 0.001
                    return $0
                }
            })
        let limited = try PolynomialAnnealing().sample(model, seed: 1, control: control)
        #expect(limited.stopReason == .timeLimit && limited.seconds < 0.06)
        let counted = try PolynomialAnnealing().sample(model, seed: 1, control: SamplingControl(updateLimit: 100_000))
        #expect(counted.stopReason == .updateLimit && (100_000..<200_000).contains(counted.updates))
        let cancelled = try PolynomialAnnealing().sample(model, seed: 1, control: SamplingControl(isCancelled: { true }))
        #expect(cancelled.stopReason == .cancelled && cancelled.updates < 20_000)
        let target = try PolynomialAnnealing().sample(model, seed: 1, control: SamplingControl(target: -1))
        #expect(target.stopReason == .target && target.first.energy <= -1 && target.first.isFeasible)
    }

    @Test func initialStatesAndBadOptions() throws {
        let model = try Self.model(8, vartype: .spin, step: 1, constraints: 2, seed: 4)
        let best = try PolynomialAnnealing().sample(model, seed: 1).first
        var sampler = PolynomialAnnealing()
        (sampler.options.reads, sampler.options.sweeps) = (1, 1)
        #expect(try sampler.sample(model, seed: 9, control: SamplingControl(initialStates: [best.spins])).first.energy == best.energy)
        #expect(throws: SamplerError.self) { try sampler.sample(model, seed: 1, control: SamplingControl(initialStates: [PackedSpins(count: 7)])) }
        for change in [{ $0.reads = 0 }, { $0.sweeps = -1 }, { $0.rounds = 0 }, { $0.raise = 0.5 }, { $0.raise = .nan }]
            as [(inout PolynomialAnnealing.Options) -> Void]
        {
            var bad = PolynomialAnnealing()
            change(&bad.options)
            #expect(throws: SamplerError.self) { try bad.sample(model, seed: 1) }
        }
    }

    /// Low autocorrelation binary sequences: E = Σ_k (Σᵢ sᵢsᵢ₊ₖ)², of degree 4; the optima are known.
    @Test(arguments: [(11, 5.0), (13, 6), (20, 26)])
    func lowAutocorrelation(length: Int, optimum: Double) throws {
        var terms: [(Double, [Int])] = []
        for lag in 1..<length {
            for i in 0..<(length - lag) { for j in 0..<(length - lag) { terms.append((1, [i, i + lag, j, j + lag])) } }
        }
        let objective = try BinaryPolynomial(variables: length, vartype: .spin, terms: terms)
        let set = try PolynomialAnnealing().sample(ConstrainedModel(objective: objective), seed: 1)
        #expect(set.first.energy == optimum)
    }

    /// A travelling salesman among points on a circle: 2·6 equations, exchanges needed.
    @Test func assignmentsOfOneToEach() throws {
        let n = 6
        func place(_ city: Int, _ time: Int) -> Int { city * n + time % n }
        var terms: [(Double, [Int])] = []
        for time in 0..<n {
            for a in 0..<n {
                for b in 0..<n where a != b {
                    terms.append((Double(min((a - b + n) % n, (b - a + n) % n)), [place(a, time), place(b, time + 1)]))
                }
            }
        }
        var constraints: [LinearConstraint] = []
        for i in 0..<n {
            constraints.append(try LinearConstraint((0..<n).map { (place(i, $0), 1) }, .equal, 1))
            constraints.append(try LinearConstraint((0..<n).map { (place($0, i), 1) }, .equal, 1))
        }
        let objective = try BinaryPolynomial(variables: n * n, vartype: .binary, terms: terms)
        let set = try PolynomialAnnealing().sample(ConstrainedModel(objective: objective, constraints: constraints), seed: 2)
        #expect(set.isFeasible && set.first.energy == Double(n))
    }
}
