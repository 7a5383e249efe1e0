import BitCore
import Ising
import QUBOTraining
import Testing

/// The energy that compound moves keep up to date, against the QUBO's own.
@Suite struct CompoundStateTests {
    /// With whole penalties a state's energy is the least of the QUBO over slack, given weights, activations and their products.
    @Test(arguments: 0..<24)
    func energiesAreTheQUBOs(_ seed: Int) throws {
        let rewards: [MarginReward?] = [nil, MarginReward(), MarginReward(weight: 0.3, neurons: .hidden, isNormalised: false)]
        let problem = try FormFixtures.problem(UInt64(seed), integers: seed % 4 == 0, margin: rewards[seed % 3], hasLinear: seed % 2 == 0)
        let form = try QUBOForm(problem)
        var generator = SeededGenerator(seed: UInt64(seed))
        var state = CompoundState(CompoundTables(form), weights: (0..<problem.network.weights).map { _ in generator.next() >> 63 == 1 ? 1 : -1 })
        // Small penalties first: activations come to differ from the signs of their sums.
        state.begin(share: 0.02, isForward: false)
        for _ in 0..<20 { _ = state.flip(generator.index(below: problem.network.weights)) }
        state.relax()
        state.begin(share: 1, isForward: false)
        #expect(abs(state.energy - leastEnergy(form, state)) < 1e-9)
        // Whatever is flipped and taken back, the energy kept is that of the state.
        for step in 0..<10 {
            let before = state
            let delta = state.flip(generator.index(below: problem.network.weights))
            #expect(abs(state.energy - before.energy - delta) < 1e-9)
            #expect(abs(state.energy - leastEnergy(form, state)) < 1e-9)
            guard step.isMultiple(of: 2) else { continue }
            state.undo()
            #expect(state.energy == before.energy && state.weights == before.weights && state.activations == before.activations)
            #expect(abs(state.energy - leastEnergy(form, state)) < 1e-9)
        }
    }

    /// In forward rounds every state is consistent and its energy is the objective.
    @Test(arguments: 0..<24)
    func forwardStatesHaveTheObjective(_ seed: Int) throws {
        let rewards: [MarginReward?] = [nil, MarginReward(), MarginReward(measure: .worst), MarginReward(weight: 2, neurons: .output, measure: .worst)]
        let problem = try FormFixtures.problem(UInt64(seed), integers: seed % 3 == 0, margin: rewards[seed % 4], hasLinear: seed % 2 == 0)
        var generator = SeededGenerator(seed: UInt64(seed))
        let tables = CompoundTables(try QUBOForm(problem))
        var state = CompoundState(tables, weights: (0..<problem.network.weights).map { _ in generator.next() >> 63 == 1 ? 1 : -1 })
        for step in 0..<40 {
            _ = state.flip(generator.index(below: problem.network.weights))
            if step % 3 == 0 { state.undo() }
            #expect(state.violations == 0)
            #expect(abs(state.energy - problem.evaluate(PackedSpins(state.weights.map { Int8($0) })).energy) < 1e-9)
        }
    }

    private func leastEnergy(_ form: QUBOForm, _ state: CompoundState) -> Double {
        let (problem, network, layout) = (form.problem, form.problem.network, form.layout)
        var bits = form.consistentState(PackedSpins(state.weights.map { Int8($0) }))
        func isOn(_ row: Int, _ neuron: Int) -> Bool { state.activations[(neuron - network.firstNeuron) * layout.rows + row] > 0 }
        for row in 0..<layout.rows {
            for neuron in network.neurons {
                bits[layout.activation(row: row, neuron: neuron)] = isOn(row, neuron)
                for edge in network.incoming(neuron) where network.edges[edge].source >= network.firstNeuron {
                    bits[layout.product(row: row, edge: edge)] = state.weights[edge] > 0 && isOn(row, network.edges[edge].source)
                }
            }
            for neuron in network.neurons {
                let count = problem.facts(of: neuron).bits - 1
                func set(_ slack: Int) { for bit in 0..<count { bits[layout.slack(row: row, neuron: neuron, bit: bit)] = slack >> bit & 1 == 1 } }
                var best = (energy: Double.infinity, slack: 0)
                for slack in 0..<(1 << count) {
                    set(slack)
                    let energy = form.qubo.energy(of: bits.bits)
                    if energy < best.energy { best = (energy, slack) }
                }
                set(best.slack)
            }
        }
        return form.qubo.energy(of: bits.bits)
    }
}
