public import BitCore

/// A network without some of its units, and whose weights its weights are.
public struct Subnetwork: Hashable, Sendable {
    public let network: SpinNetwork
    /// For each of its weights, that of the whole network.
    public let weights: [Int]
    /// For each of its inputs, that of the whole network.
    public let inputs: [Int]
    /// For each of its neurons, the unit of the whole network.
    public let neurons: [Int]
}

extension SpinNetwork {
    /// Keeps every hidden neuron with probability 1 − `rate` and every input with 1 − `inputRate`, and what is needed to make that a network: from the
    /// outputs back, a neuron that has lost all its parents gets one of them again, drawn at random, so every layer keeps at least one. Hidden neurons
    /// that no output depends on any more go too. Outputs and biases stay.
    /// - Precondition: rates in 0..<1.
    public func subnetwork(droppingHidden rate: Double, inputs inputRate: Double = 0, using generator: inout SeededGenerator) -> Subnetwork {
        precondition((0..<1).contains(rate) && (0..<1).contains(inputRate), "dropout rates of \(rate) and \(inputRate)")
        var isKept = (0..<units).map { unit in
            if unit < firstNeuron { return unit >= inputs || Double(generator.uniform()) >= inputRate }
            return !isHidden(unit) || Double(generator.uniform()) >= rate
        }
        for neuron in neurons.reversed() where isKept[neuron] {
            let parents = edges[incoming(neuron)].map(\.source).filter { $0 < inputs || $0 >= firstNeuron }
            if !parents.isEmpty, !parents.contains(where: { isKept[$0] }) { isKept[parents[generator.index(below: parents.count)]] = true }
        }
        var isUsed = [Bool](repeating: false, count: units)
        for output in outputs { isUsed[output] = true }
        for neuron in neurons.reversed() where isUsed[neuron] {
            for edge in edges[incoming(neuron)] where isKept[edge.source] { isUsed[edge.source] = true }
        }
        return part(inputs: (0..<inputs).filter { isKept[$0] }, neurons: neurons.filter { isKept[$0] && isUsed[$0] })
    }

    /// - Precondition: both ascending; the neurons make a network and hold all outputs.
    private func part(inputs kept: [Int], neurons keptNeurons: [Int]) -> Subnetwork {
        // Numbers as the initialiser takes them: biases are not counted.
        var number = [Int?](repeating: nil, count: units)
        for (index, input) in kept.enumerated() { number[input] = index }
        for (index, neuron) in keptNeurons.enumerated() { number[neuron] = kept.count + index }
        var given: [(source: Int, target: Int)] = []
        var weights: [Int] = []
        for neuron in keptNeurons {
            // The order of weights is that of sources, the bias between inputs and neurons: the same in the whole and in the part.
            for weight in incoming(neuron) {
                let source = edges[weight].source
                if let from = number[source], let to = number[neuron] {
                    given.append((from, to))
                    weights.append(weight)
                } else if hasBias, source == inputs {
                    weights.append(weight)
                }
            }
        }
        do {
            let network = try SpinNetwork(
                inputs: kept.count, neurons: keptNeurons.count, edges: given, outputs: outputs.compactMap { number[$0] }, hasBias: hasBias)
            precondition(network.weights == weights.count, "\(network.weights) weights in a part of \(weights.count)")
            return Subnetwork(network: network, weights: weights, inputs: kept, neurons: keptNeurons)
        } catch { preconditionFailure("a part of a network: \(error)") }
    }
}
