internal import BitCore
public import Ising

/// What a network of given weights does with the samples, found by passing them through: the definition that every form and every fast path is checked
/// against, and what is reported in the end.
public struct SpinEvaluation: Hashable, Sendable, Codable {
    /// The objective.
    public var energy: Double
    /// Wrong output values, over all samples: Σ_s Σ_o [a_o ≠ t_o].
    public var errors: Int
    /// Samples with no wrong output; for a hinge loss, whose largest sum (the first of equal ones) is the label's.
    public var correct: Int
    public var samples: Int
    /// Mean over samples and neurons of M/(2^(k−1) − 1), for neurons that can have one; 0 when none can.
    public var meanMargin: Double

    public var accuracy: Double { Double(correct) / Double(samples) }
}

extension SpinNetwork {
    /// Sums of the neurons for one input.
    public func sums(_ weights: PackedSpins, input: some RandomAccessCollection<Int8>) -> [Int] {
        precondition(weights.count == self.weights, "\(weights.count) weights for a network of \(self.weights)")
        precondition(input.count == inputs, "\(input.count) inputs for a network of \(inputs)")
        var values = input.map(Int.init) + (hasBias ? [1] : [])
        values.reserveCapacity(units)
        var sums: [Int] = []
        sums.reserveCapacity(neurons.count)
        for neuron in neurons {
            let z = incoming(neuron).reduce(0) { $0 + (weights[$1] ? values[edges[$1].source] : -values[edges[$1].source]) }
            sums.append(z)
            values.append(z >= 0 ? 1 : -1)
        }
        return sums
    }
}

extension SpinProblem {
    /// Passes all rows through: 64 connections at a time where inputs are ±1, else one by one.
    /// - Precondition: as many weights as edges.
    public func evaluate(_ weights: PackedSpins) -> SpinEvaluation {
        guard samples.isBinary, samples.inputs > 0 else { return evaluateOneByOne(weights) }
        let classifier = SpinClassifier(network, weights)
        return evaluate(weights) { body in classifier.forEachRow(PackedRows(samples.values, width: samples.inputs), body) }
    }

    /// The same, connection by connection: the reference of `evaluate`.
    package func evaluateOneByOne(_ weights: PackedSpins) -> SpinEvaluation {
        evaluate(weights) { body in
            for row in 0..<samples.rows { body(row, network.sums(weights, input: samples.row(row))) }
        }
    }

    private func evaluate(_ weights: PackedSpins, _ forEachRow: ((_ row: Int, _ sums: [Int]) -> Void) -> Void) -> SpinEvaluation {
        let outputs = network.outputs.map { $0 - network.firstNeuron }
        let rewarded = rewarded
        var result = SpinEvaluation(energy: 0, errors: 0, correct: 0, samples: samples.count, meanMargin: 0)
        var worst = [Int?](repeating: nil, count: network.neurons.count)
        var reward = 0.0
        forEachRow { row, sums in
            for (o, neuron) in outputs.enumerated() { result.errors += samples.errors(row, output: o, isPositive: sums[neuron] >= 0) }
            let scores = outputs.map { sums[$0] }
            result.correct += correct(row, scores)
            if case .hinge(let margin) = objective.loss { result.energy += Double(hinge(row, scores, margin)) }
            for (index, z) in sums.enumerated() {
                let margin = facts[index].margin(z)
                worst[index] = min(worst[index] ?? margin, margin)
                if facts[index].marginRange > 0 { result.meanMargin += Double(margin * samples.weights[row]) / Double(facts[index].marginRange) }
            }
            if objective.margin?.measure == .sum {
                for neuron in rewarded {
                    let index = neuron - network.firstNeuron
                    reward += marginWeight(of: neuron) * Double(facts[index].margin(sums[index]) * samples.weights[row])
                }
            }
        }
        if objective.margin?.measure == .worst {
            for neuron in rewarded { reward += marginWeight(of: neuron) * Double(worst[neuron - network.firstNeuron] ?? 0) }
        }
        if objective.loss == .hamming { result.energy += Double(result.errors) }
        result.energy -= reward
        for (index, h) in objective.linear.enumerated() { result.energy += weights[index] ? h : -h }
        let able = facts.count { $0.marginRange > 0 }
        result.meanMargin = able == 0 ? 0 : result.meanMargin / Double(able * samples.count)
        return result
    }

    /// Samples of a row that these sums of the outputs get right.
    private func correct(_ row: Int, _ scores: [Int]) -> Int {
        if case .hinge = objective.loss {
            let best = scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0
            return samples.positives[row * samples.outputs + best]
        }
        // Samples that want all outputs as they are. Of merged samples with several outputs only those of one class can be told apart.
        if scores.count == 1 { return samples.weights[row] - samples.errors(row, output: 0, isPositive: scores[0] >= 0) }
        let positive = scores.indices.filter { scores[$0] >= 0 }
        let isExact = scores.indices.allSatisfy { samples.errors(row, output: $0, isPositive: scores[$0] >= 0) == 0 }
        if isExact { return samples.weights[row] }
        return positive.count == 1 && isOneHot(row) ? samples.positives[row * samples.outputs + positive[0]] : 0
    }

    private func isOneHot(_ row: Int) -> Bool {
        samples.positives[row * samples.outputs..<(row + 1) * samples.outputs].reduce(0, +) == samples.weights[row]
    }

    private func hinge(_ row: Int, _ scores: [Int], _ margin: Int) -> Int {
        var sum = 0
        for (label, score) in scores.enumerated() {
            let count = samples.positives[row * samples.outputs + label]
            guard count > 0 else { continue }
            for (k, other) in scores.enumerated() where k != label { sum += count * max(0, margin - (score - other)) }
        }
        return sum
    }
}
