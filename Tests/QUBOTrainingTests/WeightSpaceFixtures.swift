import BitCore
import Ising
import QUBOTraining

/// Random networks, samples and objectives, small enough for the reference.
struct WeightSpaceCase {
    let problem: SpinProblem

    /// - Parameters:
    ///   - most: weights that the network has at most.
    ///   - rows: samples.
    init(seed: UInt64, most: Int = 60, rows: Int, hasHinge: Bool? = nil, isSmall: Bool = false) throws {
        var generator = SeededGenerator(seed: seed)
        func chance(_ one: Int, of: Int) -> Bool { generator.index(below: of) < one }
        let inputs = 1 + generator.index(below: isSmall ? 3 : 6)
        let hinge = hasHinge ?? chance(1, of: 3)
        var network: SpinNetwork?
        while network == nil {
            let neurons = (hinge ? 2 : 1) + generator.index(below: isSmall ? 3 : 7)
            var edges: [(source: Int, target: Int)] = []
            for neuron in inputs..<inputs + neurons {
                for source in 0..<neuron where chance(source < inputs ? 3 : 2, of: 4) { edges.append((source, neuron)) }
            }
            let hasBias = chance(1, of: 3)
            if !hasBias { for neuron in inputs..<inputs + neurons where !edges.contains(where: { $0.target == neuron }) { edges.append((0, neuron)) } }
            // What nothing reads is an output, and one or two others may be.
            var outputs = (inputs..<inputs + neurons).filter { neuron in !edges.contains { $0.source == neuron } }
            for neuron in inputs..<inputs + neurons where !outputs.contains(neuron) && chance(1, of: 5) { outputs.append(neuron) }
            if hinge && outputs.count < 2 { continue }
            let made = try SpinNetwork(inputs: inputs, neurons: neurons, edges: edges, outputs: outputs, hasBias: hasBias)
            if made.weights <= most { network = made }
        }
        let net = network!
        let hasIntegers = chance(1, of: 3)
        var values: [Int8] = []
        for _ in 0..<rows {
            for input in 0..<inputs {
                values.append(hasIntegers && input == 0 ? Int8(generator.index(below: 11)) - 5 : chance(1, of: 2) ? 1 : -1)
            }
        }
        let samples: SpinSamples
        if hinge {
            let classes = net.outputs.count
            samples = try SpinSamples(
                inputs: inputs, outputs: classes, values: values, labels: (0..<rows).map { _ in generator.index(below: classes) })
        } else {
            samples = try SpinSamples(
                inputs: inputs, outputs: net.outputs.count, values: values, targets: (0..<rows * net.outputs.count).map { _ in chance(1, of: 2) })
        }
        var objective = TrainingObjective(loss: hinge ? .hinge(margin: generator.index(below: 5)) : .hamming)
        if chance(1, of: 2) {
            objective.margin = MarginReward(
                weight: chance(1, of: 2) ? 0.125 : nil, neurons: MarginReward.Neurons.allCases[generator.index(below: 3)],
                measure: MarginReward.Measure.allCases[generator.index(below: 2)], isNormalised: chance(1, of: 2))
        }
        if chance(1, of: 3) { objective.linear = (0..<net.weights).map { _ in Double(generator.index(below: 9) - 4) / 8 } }
        problem = try SpinProblem(net, samples, objective)
    }

    /// A task that a teacher of these layers solves.
    static func teacher(_ layers: [Int], samples: Int, seed: UInt64) throws -> SpinProblem {
        var generator = SeededGenerator(seed: seed).split("teacher")
        let network = try SpinNetwork(layers: layers)
        let weights = PackedSpins((0..<network.weights).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 })
        var values: [Int8] = []
        var targets: [Bool] = []
        for _ in 0..<samples {
            let input = (0..<layers[0]).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 }
            values += input
            let sums = network.sums(weights, input: input)
            targets += network.outputs.map { sums[$0 - network.firstNeuron] >= 0 }
        }
        return try SpinProblem(network, SpinSamples(inputs: layers[0], outputs: network.outputs.count, values: values, targets: targets))
    }

    /// Least objective and how many weight vectors have it, by the reference.
    static func bruteForce(_ problem: SpinProblem) -> (energy: Double, count: Int) {
        var best = (energy: Double.infinity, count: 0)
        for state in 0..<UInt64(1) << UInt64(problem.network.weights) {
            let energy = problem.evaluate(PackedSpins(words: [state], count: problem.network.weights)).energy
            if energy < best.energy - 1e-9 {
                best = (energy, 1)
            } else if energy <= best.energy + 1e-9 {
                best.count += 1
            }
        }
        return best
    }
}
