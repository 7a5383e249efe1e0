internal import BitCore
public import Ising

/// Random ±1 inputs labelled by a random network of the same topology: some weights reach every target. `Teacher` of `Datasets` does so for layers and
/// names classes by the largest sum; here the targets are the signs of the outputs, of any graph.
public struct TeacherTask: Hashable, Sendable {
    public let network: SpinNetwork
    public let weights: PackedSpins
    public let train: SpinSamples
    /// Other inputs, labelled by the same weights; nil when none were asked for or none are left.
    public let test: SpinSamples?

    /// - Parameters:
    ///   - samples: to train on. Inputs differ as long as there are enough of them, 2^inputs in all.
    ///   - tests: to test on, fewer when there are not so many other inputs.
    /// - Throws: `SpinDataError` when there is nothing to make, or all of 32 teachers give every training sample the same targets.
    public init(_ network: SpinNetwork, samples: Int, tests: Int = 0, seed: UInt64) throws(SpinDataError) {
        guard samples >= 1 else { throw .count(samples) }
        let root = SeededGenerator(seed: seed).split("teacher task")
        let (inputs, outputs) = (network.inputs, network.outputs.count)
        let total = inputs < 40 ? max(samples, min(samples + tests, 1 << inputs)) : samples + tests
        let attempts = 32
        for attempt in 0..<UInt64(attempts) {
            var generator = root.split(attempt)
            var weights = PackedSpins(count: network.weights)
            for weight in 0..<network.weights { weights[weight] = generator.next() >> 63 == 1 }
            let values = Self.inputs(total, inputs, &generator)
            var targets: [Bool] = []
            targets.reserveCapacity(total * outputs)
            for sample in 0..<total {
                let sums = network.sums(weights, input: values[sample * inputs..<(sample + 1) * inputs])
                targets += network.outputs.map { sums[$0 - network.firstNeuron] >= 0 }
            }
            let own = targets.prefix(samples * outputs)
            let differ = (1..<max(samples, 1)).contains { own[$0 * outputs..<($0 + 1) * outputs] != own[0..<outputs] }
            guard differ || samples == 1 else { continue }
            func part(_ range: Range<Int>) -> SpinSamples? {
                try? SpinSamples(
                    inputs: inputs, outputs: outputs, values: Array(values[range.lowerBound * inputs..<range.upperBound * inputs]),
                    targets: Array(targets[range.lowerBound * outputs..<range.upperBound * outputs]))
            }
            guard let train = part(0..<samples) else { throw .count(samples) }
            (self.network, self.weights, self.train) = (network, weights, train)
            test = part(samples..<total)
            return
        }
        throw .noContrast(attempts: attempts)
    }

    /// Rows of random ±1, different ones where there are enough.
    private static func inputs(_ count: Int, _ width: Int, _ generator: inout SeededGenerator) -> [Int8] {
        var values: [Int8] = []
        values.reserveCapacity(count * width)
        if width <= 16, count <= 1 << width {
            for row in generator.permutation(1 << width).prefix(count) { values += (0..<width).map { row >> $0 & 1 == 1 ? 1 : -1 } }
            return values
        }
        let canDiffer = width >= 62 || count <= 1 << width
        var seen = Set<[Int8]>()
        while values.count < count * width {
            let row = (0..<width).map { _ in generator.next() >> 63 == 1 ? 1 : -1 as Int8 }
            guard !canDiffer || seen.insert(row).inserted else { continue }
            values += row
        }
        return values
    }
}
