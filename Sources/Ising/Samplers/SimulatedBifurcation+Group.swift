internal import BitCore

/// Sixteen agents that move together.
struct BifurcationGroup {
    static let width = 16
    private typealias Vector = SIMD16<Float>

    private let form: BifurcationForm
    private let options: SimulatedBifurcation.Options
    private let steps: Int
    private let agents: Int
    private let monitor: SearchMonitor
    private let memory: Memory
    private var best: [PackedSpins]
    /// In units of the form, exact: sums of integers.
    private var bestEnergy = [Double](repeating: .infinity, count: width)
    private var generator: SeededGenerator

    /// Positions, momenta, bifurcation parameters, what is multiplied, and the product; [n] vectors each.
    private final class Memory {
        let count: Int
        let x, y, p, factor, product: UnsafeMutablePointer<SIMD16<Float>>
        let scratch: UnsafeMutableRawPointer

        init(count: Int, scratchBytes: Int) {
            self.count = count
            func zeros() -> UnsafeMutablePointer<SIMD16<Float>> {
                let pointer = UnsafeMutablePointer<SIMD16<Float>>.allocate(capacity: Swift.max(1, count))
                pointer.initialize(repeating: .zero, count: Swift.max(1, count))
                return pointer
            }
            (x, y, p, factor, product) = (zeros(), zeros(), zeros(), zeros(), zeros())
            scratch = .allocate(byteCount: Swift.max(64, scratchBytes), alignment: 64)
        }

        deinit {
            for pointer in [x, y, p, factor, product] { pointer.deallocate() }
            scratch.deallocate()
        }
    }

    init(
        _ form: BifurcationForm, _ options: SimulatedBifurcation.Options, steps: Int, agents: Int, generator: SeededGenerator,
        monitor: SearchMonitor
    ) {
        self.form = form
        self.options = options
        self.steps = steps
        self.agents = agents
        self.monitor = monitor
        memory = Memory(count: form.model.variables, scratchBytes: form.scratchBytes)
        best = [PackedSpins](repeating: PackedSpins(count: form.model.variables), count: Self.width)
        self.generator = generator
    }

    /// Positions and momenta about 0; false when the search was stopped before all had theirs.
    private mutating func start() -> Bool {
        for block in blocks {
            guard monitor.poll(updates: 0) else { return false }
            for i in block {
                for agent in 0..<Self.width {
                    memory.x[i][agent] = 0.2 * generator.uniform() - 0.1
                    memory.y[i][agent] = 0.2 * generator.uniform() - 0.1
                }
                memory.p[i] = Vector(repeating: 1)
            }
        }
        return true
    }

    /// Variables in blocks of some tenths of a millisecond of work on all agents.
    private var blocks: some Sequence<Range<Int>> {
        let count = memory.count
        return stride(from: 0, to: count, by: 8192).lazy.map { $0..<Swift.min($0 + 8192, count) }
    }

    /// The best assignment of each agent that has one.
    mutating func run() -> [PackedSpins] {
        search()
        return zip(best, bestEnergy).prefix(agents).filter { $0.1 < .infinity }.map(\.0)
    }

    private mutating func search() {
        guard start() else { return }
        let looks = Swift.max(1, steps / 100)
        for step in 0..<steps {
            // The discrete form multiplies signs anyway; the others look at theirs now and then.
            if options.variant == .discrete || step % looks == 0 {
                guard look() else { return }
            }
            if options.variant != .discrete {
                guard setPositions(), multiply() else { return }
            }
            guard move(step) else { return }
        }
        if look() { descend() }
    }

    /// product = J·factor; false when the search was stopped before its end.
    private func multiply() -> Bool {
        var row = 0
        while row < memory.count {
            let end = Swift.min(memory.count, row + form.rowsPerPoll)
            form.multiply(memory.factor, into: memory.product, rows: row..<end, scratch: memory.scratch)
            guard monitor.poll(updates: (end - row) * Self.width) else { return false }
            row = end
        }
        return true
    }

    private func setPositions() -> Bool {
        let resolution = form.resolution
        let inverse = 1 / resolution
        for block in blocks {
            guard monitor.poll(updates: 0) else { return false }
            for i in block { memory.factor[i] = (memory.x[i] * resolution).rounded(.toNearestOrEven) * inverse }
        }
        return true
    }

    /// Puts the signs into `factor` and their fields into `product`, and keeps those that are better than before.
    private mutating func look() -> Bool {
        let (plus, minus) = (Vector(repeating: 1), Vector(repeating: -1))
        for i in 0..<memory.count { memory.factor[i] = minus.replacing(with: plus, where: memory.x[i] .>= 0) }
        guard multiply() else {
            // There must be an assignment, also when there was no time at all.
            if bestEnergy[0] == .infinity { offerStart() }
            return false
        }
        var energy = SIMD16<Double>.zero
        for i in 0..<memory.count {
            let term = memory.factor[i] * (memory.product[i] * 0.5 + form.fields[i])
            energy += SIMD16<Double>(term)
        }
        for agent in 0..<agents where energy[agent] < bestEnergy[agent] {
            // The first is kept in any case: there must be one.
            guard bestEnergy[0] == .infinity || monitor.poll(updates: 0) else { return false }
            bestEnergy[agent] = energy[agent]
            for i in 0..<memory.count { best[agent][i] = memory.factor[i][agent] > 0 }
            if form.isExact { monitor.offer(Int64(energy[agent])) { best[agent] } } else { offer(agent) }
        }
        return true
    }

    private func offer(_ agent: Int) { monitor.offer(form.model.integerEnergy(of: best[agent].spins)) { best[agent] } }

    private mutating func offerStart() {
        for i in 0..<memory.count { best[0][i] = memory.factor[i][0] > 0 }
        bestEnergy[0] = .greatestFiniteMagnitude
        offer(0)
    }

    /// False when the search was stopped, and some variables have moved and others not.
    private func move(_ step: Int) -> Bool {
        let isDiscrete = options.variant == .discrete
        let dt = Float(options.timeStep ?? 0.5)
        let pump = 1 - Float(step) / Float(steps)
        var scale = Vector(repeating: 1)
        if !isDiscrete {
            var squares = Vector.zero
            for i in 0..<memory.count { squares += memory.x[i] * memory.x[i] }
            scale = (squares / Float(Swift.max(1, memory.count))).squareRoot()
        }
        let isGeneralised = options.variant == .generalised
        let control = Float(options.control)
        let rate = 1 / Float(steps - step)
        let (one, minusOne) = (Vector(repeating: 1), Vector(repeating: -1))
        let strength = form.strength
        for block in blocks {
            guard monitor.poll(updates: 0) else { return false }
            for i in block {
                var x = memory.x[i]
                var p = Vector(repeating: pump)
                if isGeneralised {
                    p = memory.p[i]
                    p -= (1 - control * x * x) * p * rate
                    memory.p[i] = p
                }
                let force = (memory.product[i] + form.fields[i] * scale) * strength
                var y = memory.y[i] - dt * (p * x + force)
                x += dt * y
                let above = x .> one
                let below = x .< minusOne
                x.replace(with: one, where: above)
                x.replace(with: minusOne, where: below)
                y.replace(with: 0, where: above .| below)
                memory.x[i] = x
                memory.y[i] = y
            }
        }
        return true
    }

    /// The best of every agent, down to where no flip lowers the energy.
    private mutating func descend() {
        for agent in 0..<agents {
            guard let (spins, energy) = Descent.run(form.model, from: best[agent].spins, monitor: monitor) else { return }
            best[agent] = PackedSpins(spins)
            monitor.offer(energy) { best[agent] }
        }
    }
}
