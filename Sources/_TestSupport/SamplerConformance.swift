internal import BitCore
public import Ising
internal import Synchronization

/// Holds up the threads of a search at its first looks, now this one, now that.
private final class Hindrance: Sendable {
    private let looks = Atomic<Int>(0)
    private let steps = Atomic<Int>(0)

    @Sendable func hinder() -> Bool {
        let look = looks.add(1, ordering: .relaxed).oldValue
        guard look < 128 else { return false }
        var generator = SeededGenerator(seed: UInt64(look))
        for _ in 0..<generator.index(below: 20_000) { steps.add(1, ordering: .relaxed) }
        return false
    }
}

/// What every sampler promises, whatever its method:
///
/// - energies are those of the model, recomputed; samples differ from one another and ascend; occurrences add up to the reads;
/// - models of no and of one variable, without couplings, of several parts, with fields only, with large offsets, with halves, with weights far
///   apart or without a common unit are solved like others, and the least energy of all of them is found (compared with enumeration);
/// - the same seed gives the same samples, with one thread and with two, whichever of them is the faster;
/// - a time limit, a target, a limit of updates and a cancellation end the search soon, and the best so far is kept;
/// - improvements are reported as they come, each better than the one before, the last being the result;
/// - at a fixed temperature, where there is such a thing, states come with their Boltzmann frequencies.
///
/// Nothing here reads a real clock: time passes by a millisecond at every look. Returns the promises that were broken.
public struct SamplerConformance: Sendable {
    /// What is expected of one sampler beyond the promises of all.
    public struct Traits: Sendable {
        /// Reads that a call without limits makes, when it is known: occurrences must add up to it.
        public var reads: Int?
        /// Whether the least energy of every small model is found.
        public var findsOptimum = true
        /// Whether results end with a proof.
        public var isExact = false
        /// The most variables of the medium models of the checks of limits.
        public var mediumVariables = 300
        /// The variables of those that it has to run through to the end.
        public var completeVariables = 60
        /// The most proposals between two looks at the clock: some milliseconds of work of its kernels.
        public var updatesPerLook = 1 << 22
        /// Samples of a search that was out of time at once.
        public var lateSamples = 1
        /// The same sampler by other means, say on other instruction sets: it must give the same samples.
        public var twins: [any Sampler] = []
        /// Makes the sampler run so many reads at one inverse temperature throughout.
        public var atTemperature: (@Sendable (_ beta: Double, _ reads: Int) -> any Sampler)?

        public init() {}
    }

    public internal(set) var failures: [String] = []
    let sampler: any Sampler
    let traits: Traits

    public init(_ sampler: any Sampler, _ traits: Traits = Traits()) {
        self.sampler = sampler
        self.traits = traits
    }

    /// All checks.
    public mutating func run() {
        checkSmallModels()
        checkDeterminism()
        checkLimits()
        checkProgress()
        checkQUBO()
        checkBoltzmann()
    }

    mutating func expect(_ condition: Bool, _ promise: String) {
        if !condition { failures.append("\(sampler.name): \(promise)") }
    }

    /// A sample set; nil, and a failure, when the sampler throws.
    mutating func sample(
        _ model: IsingModel, _ what: String, seed: UInt64 = 1, control: SamplingControl = SamplingControl(), by other: (any Sampler)? = nil
    ) -> SampleSet? {
        do {
            let set = try (other ?? sampler).sample(model, seed: seed, control: control)
            checkForm(set, model, what)
            return set
        } catch {
            expect(false, "\(what) is refused: \(error)")
            return nil
        }
    }

    /// What holds for every result.
    private mutating func checkForm(_ set: SampleSet, _ model: IsingModel, _ what: String) {
        expect(set.samples.allSatisfy { $0.spins.count == model.variables }, "samples of \(what) have its variables")
        expect(set.samples.allSatisfy { $0.energy == model.energy(of: $0.spins.spins) }, "energies of \(what) are recomputed")
        expect(set.samples.allSatisfy { $0.occurrences > 0 }, "samples of \(what) occur")
        expect(zip(set.samples, set.samples.dropFirst()).allSatisfy { $0.energy <= $1.energy }, "samples of \(what) ascend")
        expect(Set(set.samples.map(\.spins)).count == set.samples.count, "samples of \(what) differ")
        expect(set.sampler == sampler.name, "the result names \(sampler.name), not \(set.sampler)")
        if let bound = set.lowerBound { expect(bound <= set.first.energy, "the lower bound of \(what) is none") }
        if set.stopReason == .optimal { expect(set.lowerBound == set.first.energy, "the bound of a proved optimum of \(what) is its energy") }
    }

    private mutating func checkSmallModels() {
        for small in SmallModels.all {
            let what = "“\(small.name)”"
            guard let set = sample(small.model, what) else { continue }
            let least = SmallModels.enumerated(small.model).least
            let isRight = SmallModels.agree(set.first.energy, least, small.model)
            expect(set.first.energy >= least || isRight, "\(what): \(set.first.energy) is below the least, \(least)")
            if traits.findsOptimum {
                expect(isRight, "\(what): \(set.first.energy) instead of \(least)")
            }
            if traits.isExact { expect(set.stopReason == .optimal, "\(what) is not proved: \(set.stopReason)") }
            // Without variables there is nothing to read.
            if let reads = traits.reads, set.stopReason == .completed, small.model.variables > 0 {
                expect(set.reads == reads, "\(what): \(set.reads) reads instead of \(reads)")
            }
        }
    }

    private mutating func checkDeterminism() {
        for (name, model) in Self.medium(traits.completeVariables) {
            guard let one = sample(model, name, seed: 7), let again = sample(model, name, seed: 7),
                let two = sample(model, name, seed: 7, control: SamplingControl(threads: 2))
            else { continue }
            expect(one.samples == again.samples, "the same seed gives the same samples of \(name)")
            expect(one.samples == two.samples, "two threads give the samples of one on \(name)")
            for seed in UInt64(7)..<11 {
                let hindered = SamplingControl(threads: 2, isCancelled: Hindrance().hinder)
                guard let one = sample(model, name, seed: seed), let two = sample(model, name, seed: seed, control: hindered) else { continue }
                expect(one.samples == two.samples, "two threads of which either may be late give the samples of one on \(name), seed \(seed)")
            }
            for twin in traits.twins {
                guard let set = sample(model, name, seed: 7, by: twin) else { continue }
                expect(set.samples == one.samples, "a twin gives the same samples of \(name)")
            }
        }
    }

    private mutating func checkQUBO() {
        do {
            let qubo = try QUBO(diagonal: [-3, 2, 1, -1, 0.5], couplings: [(0, 1, 2), (1, 2, -3), (2, 3, 1), (3, 4, -2), (0, 4, 3)], offset: 10)
            let set = try sampler.sample(qubo, seed: 3)
            expect(set.samples.allSatisfy { $0.energy == qubo.energy(of: $0.spins.bits) }, "energies of a QUBO are those of the QUBO")
            let least = (0..<32).map { state in qubo.energy(of: (0..<5).map { UInt8(state >> $0 & 1) }) }.min()
            if traits.findsOptimum { expect(set.first.energy == least, "the optimum of a QUBO is found") }
        } catch {
            expect(false, "a QUBO is refused: \(error)")
        }
    }

    /// Models of some size, of which no one knows the optimum: dense, sparse with fields, a grid.
    static func medium(_ variables: Int) -> [(name: String, model: IsingModel)] {
        var generator = SeededGenerator(seed: 99)
        do {
            let side = Swift.max(2, Int(Double(variables).squareRoot()))
            return [
                ("a dense model of \(variables)", try RandomIsing.dense(variables, range: 1, fields: false, &generator)),
                (
                    "a sparse model of \(variables)",
                    try RandomIsing.sparse(variables, density: Float(6) / Float(variables), range: 7, fields: true, &generator)
                ),
                ("a grid of \(side) × \(side)", try RandomIsing.grid(side, side, &generator)),
            ]
        } catch {
            preconditionFailure("a random model is wrong: \(error)")
        }
    }
}
