public import Ising

extension QUBOForm {
    /// The weights of a state; its other bits do not matter, what a network does is found by its forward pass.
    /// - Precondition: as many bits as the form has.
    public func decode(_ state: PackedSpins) -> PackedSpins {
        precondition(state.count == layout.variables, "a state of \(state.count) bits for a form of \(layout.variables)")
        var weights = PackedSpins(count: layout.weights)
        for edge in 0..<layout.weights where state[edge] { weights[edge] = true }
        return weights
    }

    /// The state in which every other bit is what the forward pass with these weights says: its energy is the objective, whatever the
    /// penalties. Where a search starts from weights that are known.
    /// - Precondition: as many weights as the network has.
    public func consistentState(_ weights: PackedSpins) -> PackedSpins {
        var state = PackedSpins(count: layout.variables)
        for edge in 0..<layout.weights where weights[edge] { state[edge] = true }
        let network = problem.network
        func set(_ value: Int, _ bits: Int, _ place: (Int) -> Int) {
            for bit in 0..<bits where value >> bit & 1 == 1 { state[place(bit)] = true }
        }
        let sums = (0..<layout.rows).map { network.sums(weights, input: problem.samples.row($0)) }
        for neuron in network.neurons {
            let (index, facts) = (neuron - network.firstNeuron, problem.facts(of: neuron))
            let hasWorst = layout.hasWorst(neuron)
            let worst = hasWorst ? sums.map { facts.margin($0[index]) }.min() ?? 0 : 0
            if hasWorst { set(worst, facts.bits - 1) { layout.worst(neuron: neuron, bit: $0) } }
            for row in 0..<layout.rows {
                let z = sums[row][index]
                let (isOn, margin) = (z >= 0, facts.margin(z))
                // On, the slack is the margin; off, its complement.
                let slack = isOn ? margin : facts.marginRange - margin
                if isOn { state[layout.activation(row: row, neuron: neuron)] = true }
                set(slack, facts.bits - 1) { layout.slack(row: row, neuron: neuron, bit: $0) }
                if hasWorst {
                    if isOn { set(slack, facts.bits - 1) { layout.agreement(row: row, neuron: neuron, bit: $0) } }
                    set(margin - worst, facts.bits - 1) { layout.excess(row: row, neuron: neuron, bit: $0) }
                }
                for edge in network.incoming(neuron) where weights[edge] {
                    let source = network.edges[edge].source
                    if source >= network.firstNeuron, sums[row][source - network.firstNeuron] >= 0 { state[layout.product(row: row, edge: edge)] = true }
                }
            }
        }
        return state
    }

    /// Constraints that do not hold: products that are none, and sums that activation and slack do not spell. Worst margins may be less
    /// than they could be.
    /// - Precondition: as many bits as the form has.
    public func violations(_ state: PackedSpins) -> Int {
        precondition(state.count == layout.variables, "a state of \(state.count) bits for a form of \(layout.variables)")
        let network = problem.network
        var (sum, excess, count) = (ShiftedSum(), ExcessSum(), 0)
        for neuron in network.neurons {
            let edges = network.incoming(neuron)
            for row in 0..<layout.rows {
                sum.set(problem, layout, row: row, neuron: neuron)
                if sum.value(edges, { state[$0] }) != 0 { count += 1 }
                let activation = state[layout.activation(row: row, neuron: neuron)]
                for edge in edges where network.edges[edge].source >= network.firstNeuron {
                    let factors = state[edge] && state[layout.activation(row: row, neuron: network.edges[edge].source)]
                    if state[layout.product(row: row, edge: edge)] != factors { count += 1 }
                }
                guard layout.hasWorst(neuron) else { continue }
                excess.set(problem, layout, row: row, neuron: neuron)
                if excess.value({ state[$0] }) != 0 { count += 1 }
                for bit in 0..<problem.facts(of: neuron).bits - 1 {
                    let factors = activation && state[layout.slack(row: row, neuron: neuron, bit: bit)]
                    if state[layout.agreement(row: row, neuron: neuron, bit: bit)] != factors { count += 1 }
                }
            }
        }
        return count
    }

    /// Whether all constraints hold: then activations are those of the forward pass.
    public func isConsistent(_ state: PackedSpins) -> Bool { violations(state) == 0 }
}

extension QUBOForm {
    /// The form with other penalties of activations, for one round of the method of multipliers.
    package func augmented(_ augmentation: QUBOAugmentation) throws(FormError) -> QUBO {
        do {
            var builder = try QUBOBuilder(problem, layout, penalties, bounds, augmentation)
            return try builder.qubo()
        } catch { throw .model(error) }
    }

    /// g of every activation's constraint, [neuron × row]: the sum less what activation and slack spell.
    package func residuals(_ state: PackedSpins) -> [Int] {
        let network = problem.network
        var sum = ShiftedSum()
        return network.neurons.flatMap { neuron in
            (0..<layout.rows).map { row in
                sum.set(problem, layout, row: row, neuron: neuron)
                return sum.value(network.incoming(neuron)) { state[$0] }
            }
        }
    }
}
