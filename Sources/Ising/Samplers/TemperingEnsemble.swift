internal import BitCore

/// Replicas on a ladder of temperatures: one read of parallel tempering. One replica a temperature, or two where clusters are flipped.
final class TemperingEnsemble {
    private let model: IntegerModel
    private var betas: [Double]
    private let isAdaptive: Bool
    /// Replicas at each temperature.
    private let families: Int
    /// chains[families · rung + family] at the start; exchanges permute `holders`, not the chains.
    private let chains: [SpinChain]
    /// The chain at a rung of the ladder: holders[family][rung].
    private var holders: [[Int]]
    private var generator: SeededGenerator
    private var tried: [Int]
    private var exchanged: [Int]
    private(set) var best: PackedSpins
    private var bestEnergy = Double.infinity
    /// The least integer energy that was met.
    private var leastEnergy = Int64.max / 2
    private let cluster: SpinCluster

    /// Proposals between two looks at the clock.
    private static let pollInterval = 1 << 15

    init(
        _ model: IntegerModel, _ couplings: SpinCouplings, betas: [Double], isAdaptive: Bool, hasClusters: Bool, generator: SeededGenerator
    ) {
        self.model = model
        self.betas = betas
        self.isAdaptive = isAdaptive
        families = hasClusters ? 2 : 1
        self.generator = generator
        var source = generator.split("chains")
        chains = (0..<families * betas.count).map { _ in
            let chain = SpinChain(couplings)
            chain.set(randomSpins(count: model.variables, &source))
            chain.seed(&source)
            return chain
        }
        let families = families
        holders = (0..<families).map { family in betas.indices.map { families * $0 + family } }
        tried = [Int](repeating: 0, count: Swift.max(0, betas.count - 1))
        exchanged = tried
        best = PackedSpins(words: chains[0].words, count: model.variables)
        cluster = SpinCluster(model)
    }

    /// Replica k starts from states[k mod count].
    func load(_ states: [PackedSpins]) {
        for (index, chain) in chains.enumerated() { chain.set(states[index % states.count].words) }
    }

    /// The replica of the lowest temperature.
    var coldest: PackedSpins { PackedSpins(words: chains[holders[0][betas.count - 1]].words, count: model.variables) }

    /// - Parameter sweeps: nil for as many as the monitor allows.
    func run(sweeps: Int?, monitor: SearchMonitor) {
        var made = 0
        var round = 0
        // Feedback after 32 rounds, 64, 128 and so on, and only in the first half: what follows is a proper Markov chain.
        var feedback = 32
        while round < sweeps ?? .max {
            for rung in betas.indices {
                for family in 0..<families {
                    let chain = chains[holders[family][rung]]
                    let temperature = 1 / (betas[rung] * model.scale)
                    guard sweep(chain, temperature: temperature, made: &made, monitor: monitor) else { return finish(monitor) }
                    proposeAnywhere(chain, temperature: temperature)
                }
            }
            offerBest(monitor)
            if families == 2 { flipClusters() }
            exchange(parity: round & 1)
            round += 1
            if isAdaptive, round == feedback, round <= (sweeps ?? .max) / 2 {
                TemperatureLadder.adapt(&betas, rates: zip(exchanged, tried).map { Double($0) / Double(Swift.max(1, $1)) })
                tried = tried.map { _ in 0 }
                exchanged = tried
                feedback *= 2
            }
        }
        finish(monitor)
        _ = monitor.poll(updates: made)
    }

    private func sweep(_ chain: SpinChain, temperature: Double, made: inout Int, monitor: SearchMonitor) -> Bool {
        var first = 0
        while first < chain.count {
            let end = Swift.min(chain.count, first + Self.pollInterval)
            chain.sweep(first..<end, temperature: temperature)
            made += end - first
            first = end
            if made >= Self.pollInterval {
                let goesOn = monitor.poll(updates: made)
                made = 0
                if !goesOn { return false }
            }
        }
        return true
    }

    /// Proposes to flip a random spin. Sweeps in a fixed order that always make flips of equal energy do not reach all states of some small
    /// models, say a triangle of equal couplings; with this they do.
    private func proposeAnywhere(_ chain: SpinChain, temperature: Double) {
        let spin = generator.index(below: model.variables)
        let cost = -2 * Double(chain.gain(spin))
        if cost <= 0 || uniform() < Power.of(2, -cost / temperature * 1.4426950408889634) { chain.flip(spin) }
    }

    private func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    /// Keeps and offers what beats the best of this ensemble. Where integer energies are rounded, those that come as close as the rounding are
    /// compared by their energies in the source.
    private func offerBest(_ monitor: SearchMonitor) {
        let slack = model.isExact ? 0 : Int64(model.variables + model.interactions)
        for chain in chains where chain.energy < leastEnergy + slack {
            let state = PackedSpins(words: chain.words, count: model.variables)
            let energy = model.isExact ? model.energy(chain.energy) : model.source.energy(of: state.spins)
            leastEnergy = Swift.min(leastEnergy, chain.energy)
            guard energy < bestEnergy else { continue }
            (best, bestEnergy) = (state, energy)
            monitor.offer(state, energy: energy)
        }
    }

    /// The best that was met, after a descent; of a large model that was stopped there is no time for one.
    private func finish(_ monitor: SearchMonitor) {
        offerBest(monitor)
        if monitor.isStopped, model.variables > 4 * Self.pollInterval { return }
        let last = chains[holders[0][0]]
        let kept = last.words
        last.set(best.words)
        while last.sweep(temperature: 0) > 0 {}
        offerBest(monitor)
        last.set(kept)
    }

    /// Neighbours on the ladder change places; even pairs and odd ones in turn.
    private func exchange(parity: Int) {
        for rung in stride(from: parity, to: betas.count - 1, by: 2) {
            for family in 0..<families {
                let (hot, cold) = (holders[family][rung], holders[family][rung + 1])
                // ln of the probability: it is gained where the colder replica has the greater energy.
                let gain = (betas[rung + 1] - betas[rung]) * model.scale * Double(chains[cold].energy - chains[hot].energy)
                tried[rung] += 1
                let draw = uniform()
                guard gain >= 0 || draw < Power.of(2, gain * 1.4426950408889634) else { continue }
                holders[family].swapAt(rung, rung + 1)
                exchanged[rung] += 1
            }
        }
    }

    /// At every temperature of the colder half, the cluster of a random variable in which the two replicas differ.
    private func flipClusters() {
        for rung in (betas.count / 2)..<betas.count {
            let (first, second) = (chains[holders[0][rung]], chains[holders[1][rung]])
            cluster.grow(first.words, second.words, from: generator.index(below: model.variables), flipsAll: !hasFields)
            for variable in cluster.members {
                first.flip(Int(variable))
                second.flip(Int(variable))
            }
        }
    }

    private lazy var hasFields = model.fields.contains { $0 != 0 }
}

/// Connected variables in which two assignments differ.
final class SpinCluster {
    private let model: IntegerModel
    /// The variables of the last cluster.
    private(set) var members: [Int32] = []
    private var marks: [Bool]

    init(_ model: IntegerModel) {
        self.model = model
        marks = [Bool](repeating: false, count: model.variables)
    }

    /// The cluster of the first variable from `start` on, circularly, that differs; none where nothing does.
    /// - Parameter flipsAll: the model has no fields, so an assignment and its reverse are one; of the two the closer is compared, as clusters of
    ///   more than half the variables do little.
    func grow(_ a: [UInt64], _ b: [UInt64], from start: Int, flipsAll: Bool) {
        members.removeAll(keepingCapacity: true)
        let count = model.variables
        var difference = zip(a, b).map { $0 ^ $1 }
        if flipsAll, 2 * difference.reduce(0, { $0 + $1.nonzeroBitCount }) > count {
            for word in difference.indices { difference[word] = ~difference[word] }
        }
        func differs(_ variable: Int) -> Bool { difference[variable >> 6] >> UInt64(variable & 63) & 1 == 1 }
        guard let root = (0..<count).lazy.map({ start + $0 < count ? start + $0 : start + $0 - count }).first(where: differs) else { return }
        marks[root] = true
        members.append(Int32(root))
        var next = 0
        while next < members.count {
            let variable = Int(members[next])
            next += 1
            for place in model.starts[variable]..<model.starts[variable + 1] where model.weights[place] != 0 {
                let neighbour = Int(model.neighbours[place])
                if !marks[neighbour], differs(neighbour) {
                    marks[neighbour] = true
                    members.append(Int32(neighbour))
                }
            }
        }
        for member in members { marks[Int(member)] = false }
    }
}
