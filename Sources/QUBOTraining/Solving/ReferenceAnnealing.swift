internal import BitCore
public import Ising

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Simulated annealing in the space of weights, written down as plainly as it goes: flip one weight, pass all samples through the network again, accept
/// by Metropolis. Whatever is faster is compared with it; nothing that takes long should use it.
///
/// T falls geometrically from `hot` to `cold`, in units of an error, over the sweeps of a read. Every read ends with sweeps at T = 0 until no single flip
/// helps, which settles what is smaller than `cold`: margins, linear terms.
public struct ReferenceAnnealing: SpinSolver {
    public struct Options: Hashable, Sendable, Codable {
        public var reads: Int
        public var sweeps: Int
        public var hot: Double
        public var cold: Double

        public init(reads: Int = 4, sweeps: Int = 100, hot: Double = 1.5, cold: Double = 0.1) {
            (self.reads, self.sweeps, self.hot, self.cold) = (reads, sweeps, hot, cold)
        }
    }

    public var options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public var name: String { "reference" }

    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws -> SpinSolution {
        var search = Search(problem, seed: seed, control: control, options: options)
        return search.run()
    }

    private struct Search {
        let problem: SpinProblem
        let control: SamplingControl
        let options: Options
        let seed: UInt64
        let start: Double
        /// No weights are better; nil where nothing is known.
        let bound: Double?
        var best: PackedSpins?
        var bestEnergy = Double.infinity
        var trajectory: [Improvement] = []
        var updates = 0
        var reason: SampleSet.StopReason?

        init(_ problem: SpinProblem, seed: UInt64, control: SamplingControl, options: Options) {
            (self.problem, self.seed, self.control, self.options) = (problem, seed, control, options)
            start = control.seconds()
            let isPlain = problem.objective.margin == nil && problem.objective.linear.allSatisfy { $0 == 0 }
            bound =
                switch problem.objective.loss {
                case .hamming where isPlain: Double(problem.samples.errorFloor)
                case .hinge where isPlain: 0
                default: nil
                }
        }

        mutating func run() -> SpinSolution {
            for read in 0..<max(options.reads, 1) {
                anneal(read)
                if reason != nil { break }
            }
            let isOptimal = bound.map { bestEnergy <= $0 } ?? false
            return SpinSolution(
                problem, weights: best ?? PackedSpins(count: problem.network.weights), isOptimal: isOptimal, lowerBound: bound,
                stopReason: isOptimal ? .optimal : reason ?? .completed, trajectory: trajectory, updates: updates, seconds: control.seconds() - start)
        }

        private mutating func anneal(_ read: Int) {
            var generator = SeededGenerator(seed: seed).split("reference annealing").split(UInt64(read))
            var state = PackedSpins(count: problem.network.weights)
            if control.initialStates.isEmpty {
                for weight in 0..<state.count { state[weight] = generator.next() >> 63 == 1 }
            } else {
                state = control.initialStates[read % control.initialStates.count]
            }
            var energy = problem.evaluate(state).energy
            offer(state, energy)
            let sweeps = max(options.sweeps, 1)
            var sweep = 0
            while reason == nil, state.count > 0 {
                let share = Double(sweep) / Double(max(sweeps - 1, 1))
                let temperature = sweep < sweeps ? options.hot * pow(options.cold / options.hot, share) : 0
                var moved = false
                for weight in generator.permutation(state.count) {
                    state[weight].toggle()
                    let proposed = problem.evaluate(state).energy
                    updates += 1
                    let rise = proposed - energy
                    if rise < 0 || (temperature > 0 && Double(generator.uniform()) < exp(-rise / temperature)) {
                        moved = moved || rise < 0
                        energy = proposed
                        offer(state, energy)
                    } else {
                        state[weight].toggle()
                    }
                    look()
                    if reason != nil { return }
                }
                sweep += 1
                if sweep > sweeps, !moved { return }
            }
        }

        private mutating func offer(_ state: PackedSpins, _ energy: Double) {
            guard energy < bestEnergy else { return }
            (best, bestEnergy) = (state, energy)
            let improvement = Improvement(energy: energy, seconds: control.seconds() - start, updates: updates)
            trajectory.append(improvement)
            control.onImprovement(improvement)
            if let bound, energy <= bound { reason = .optimal }
            if let target = control.target, energy <= target, reason == nil { reason = .target }
        }

        private mutating func look() {
            if let limit = control.timeLimit, control.seconds() - start >= limit { reason = reason ?? .timeLimit }
            if let limit = control.updateLimit, updates >= limit { reason = reason ?? .updateLimit }
            if control.isCancelled() { reason = reason ?? .cancelled }
        }
    }
}
