import BitCore
import Ising
import QUBOTraining

/// Small problems for the tests of forms.
enum FormFixtures {
    /// A random graph with random samples, small enough for every state of a row to be enumerated.
    static func problem(
        _ seed: UInt64, integers: Bool = false, fanIn: Int = 3, margin: MarginReward? = nil, hasLinear: Bool = false
    ) throws -> SpinProblem {
        var generator = SeededGenerator(seed: seed).split("forms")
        let inputs = 2 + generator.index(below: 2)
        let neurons = 1 + generator.index(below: 3)
        let hasBias = generator.index(below: 3) == 0
        var edges: [(source: Int, target: Int)] = []
        var isRead = [Bool](repeating: false, count: neurons)
        for neuron in 0..<neurons {
            let order = generator.permutation(inputs + neuron)
            let count = min(1 + generator.index(below: integers ? 2 : fanIn), order.count)
            for source in order.prefix(count) {
                edges.append((source, inputs + neuron))
                if source >= inputs { isRead[source - inputs] = true }
            }
        }
        let outputs = (0..<neurons).filter { !isRead[$0] }.map { $0 + inputs }
        let network = try SpinNetwork(inputs: inputs, neurons: neurons, edges: edges, outputs: outputs, hasBias: hasBias)
        let count = 4
        let values = (0..<count * inputs).map { _ -> Int8 in
            integers ? Int8(generator.index(below: 5) - 2) : generator.next() >> 63 == 1 ? 1 : -1
        }
        let targets = (0..<count * outputs.count).map { _ in generator.next() >> 63 == 1 }
        let samples = try SpinSamples(inputs: inputs, outputs: outputs.count, values: values, targets: targets)
        let linear = hasLinear ? (0..<network.weights).map { _ in Double(generator.index(below: 9) - 4) / 8 } : []
        return try SpinProblem(network, samples, TrainingObjective(margin: margin, linear: linear))
    }

    /// Samples that a random network of the same edges gets right.
    static func teacher(_ layers: [Int], samples: Int, seed: UInt64) throws -> SpinProblem {
        let network = try SpinNetwork(layers: layers)
        var generator = SeededGenerator(seed: seed).split("teacher")
        let weights = PackedSpins((0..<network.weights).map { _ in generator.next() >> 63 == 1 ? 1 : -1 as Int8 })
        let values = (0..<samples * layers[0]).map { _ in generator.next() >> 63 == 1 ? 1 : -1 as Int8 }
        let targets = (0..<samples).flatMap { sample in
            network.sums(weights, input: values[sample * layers[0]..<(sample + 1) * layers[0]]).suffix(layers[layers.count - 1]).map { $0 >= 0 }
        }
        return try SpinProblem(network, SpinSamples(inputs: layers[0], outputs: layers[layers.count - 1], values: values, targets: targets))
    }

    static func problem(_ network: SpinNetwork, _ inputs: [[Int8]], _ labels: [Int], margin: MarginReward? = nil) throws -> SpinProblem {
        let samples = try SpinSamples(inputs: network.inputs, outputs: network.outputs.count, values: inputs.flatMap { $0 }, labels: labels)
        return try SpinProblem(network, samples, TrainingObjective(margin: margin))
    }

    /// Exclusive or on 2-1-1: no weights make fewer than one error.
    static func exclusiveOr() throws -> SpinProblem {
        try problem(SpinNetwork(layers: [2, 1, 1]), [[1, 1], [1, -1], [-1, 1], [-1, -1]], [0, 1, 1, 0])
    }

    static func weights(_ code: Int, _ count: Int) -> PackedSpins { PackedSpins(words: [UInt64(code)], count: count) }
}
