internal import BitCore
public import Ising

/// Search in the space of the weights: nothing but weights is a variable, activations follow from them, and what a flip changes is found by passing it
/// forward on all samples at once.
///
/// Reads are independent and start from random weights, or from the control's initial states. Without limits a seed gives the same weights whatever
/// the number of threads and the instruction set. A read that reaches a bound that the samples and the rewards set ends the search: nothing is better.
public struct WeightAnnealing: SpinSolver {
    /// What a read does.
    public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
        /// Metropolis proposals of random weights while the temperature falls.
        case annealing
        /// Replicas at a ladder of temperatures that change places.
        case tempering
        /// The best flip that is not tabu, whether it improves or not.
        case tabu
    }

    public struct Options: Hashable, Sendable, Codable {
        public var method: Method
        /// Reads; nil for as many as the limits allow, or 16 without limits.
        public var reads: Int?
        /// Proposals a weight in a read, for tempering in each replica, for tabu moves a weight; nil for lengths that grow from read to read.
        public var sweeps: Int?
        /// Temperatures of the first and of the last proposal, in units of the objective; nil for ones that follow from the changes that flips make.
        public var hot: Double?
        public var cold: Double?
        /// Replicas of tempering; nil for a number that follows from the weights.
        public var replicas: Int?
        /// Moves for which tabu holds a flipped weight; nil for one that follows from the weights.
        public var tenure: Int?

        public init(
            method: Method = .annealing, reads: Int? = nil, sweeps: Int? = nil, hot: Double? = nil, cold: Double? = nil, replicas: Int? = nil,
            tenure: Int? = nil
        ) {
            (self.method, self.reads, self.sweeps, self.hot, self.cold) = (method, reads, sweeps, hot, cold)
            (self.replicas, self.tenure) = (replicas, tenure)
        }

        func check() throws(SamplerError) {
            for (count, what) in [(reads, "reads"), (sweeps, "sweeps")] {
                if let count, count < 1 { throw .option("\(count) \(what); use 1 or more") }
            }
            for temperature in [hot, cold] {
                if let temperature, !(temperature > 0) || !temperature.isFinite { throw .option("a temperature of \(temperature); use a finite one above 0") }
            }
            if let replicas, !(2...1024).contains(replicas) { throw .option("\(replicas) replicas; use 2 to 1024") }
            if let tenure, tenure < 0 { throw .option("a tenure of \(tenure) moves; use 0 or more") }
        }
    }

    public let name = "weights"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    /// - Throws: `SamplerError.option` for options out of their range and for initial states of other networks.
    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl = SamplingControl()) throws -> SpinSolution {
        try options.check()
        try control.checkInitialWeights(problem)
        let isEndless = options.reads == nil && (control.timeLimit != nil || control.updateLimit != nil)
        let search = try WeightSearch(problem, seed: seed, control: control)
        let options = options
        return search.run(reads: options.reads ?? (isEndless ? nil : 16), details: ["method": options.method.rawValue]) { walk in
            switch options.method {
            case .annealing: WeightAnneal(walk, options, isEndless: isEndless).run()
            case .tempering: WeightTempering(walk, options, isEndless: isEndless).run()
            case .tabu: WeightTabu(walk, options, isEndless: isEndless).run()
            }
        }
    }
}

extension SamplingControl {
    /// Initial states are the caller's data.
    func checkInitialWeights(_ problem: SpinProblem) throws(SamplerError) {
        for initial in initialStates where initial.count != problem.network.weights {
            throw .option("an initial state of \(initial.count) weights for a network of \(problem.network.weights); give one of the network")
        }
    }
}

/// One read of annealing.
struct WeightAnneal {
    let walk: WeightWalk
    let options: WeightAnnealing.Options
    let isEndless: Bool

    init(_ walk: WeightWalk, _ options: WeightAnnealing.Options, isEndless: Bool) {
        (self.walk, self.options, self.isEndless) = (walk, options, isEndless)
    }

    /// Proposals of equal temperature.
    private static let block = 128

    func run() {
        walk.start()
        let temperatures = walk.temperatures(options)
        let total = walk.layout.weights * (options.sweeps ?? walk.sweeps)
        var made = 0
        let begin = walk.search.monitor.elapsed
        let left = options.sweeps == nil && isEndless ? walk.timed(total) : nil
        var place = 0.0
        while place < 1, !walk.isOver {
            let count = left == nil ? min(Self.block, total - made) : Self.block
            walk.sweep(count, temperature: WeightWalk.temperature(from: temperatures.hot, to: temperatures.cold, at: place))
            made += count
            if let left {
                // The clock is looked at where the limits are.
                if walk.hasPolled { place = max(place, left > 0 ? (walk.search.monitor.elapsed - begin) / left : 1) }
            } else {
                place = Double(made) / Double(total)
            }
        }
        walk.descend()
    }
}
