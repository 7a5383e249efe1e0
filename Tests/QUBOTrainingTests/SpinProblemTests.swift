import BitCore
import Ising
import QUBOTraining
import Testing

/// Samples, and the reference evaluation, by hand.
@Suite struct SpinProblemTests {
    @Test func equalInputsAreMerged() throws {
        let samples = try SpinSamples(inputs: 2, outputs: 1, values: [1, -1, 1, 1, 1, -1], labels: [1, 0, 0])
        #expect(samples.rows == 2)
        #expect(samples.count == 3)
        #expect(samples.weights == [2, 1])
        #expect(samples.positives == [1, 0])
        #expect(samples.rowOfSample == [0, 1, 0])
        #expect(samples.errorFloor == 1)
    }

    @Test func classesAreOneOfSeveralOutputs() throws {
        let samples = try SpinSamples(inputs: 1, outputs: 3, values: [1, -1], labels: [2, 0])
        #expect(samples.positives == [0, 0, 1, 1, 0, 0])
        #expect(samples.errors(0, output: 2, isPositive: true) == 0)
        #expect(samples.errors(0, output: 0, isPositive: true) == 1)
    }

    @Test func badSamplesAreNamed() {
        #expect(throws: SampleError.none) { try SpinSamples(inputs: 1, outputs: 1, values: [], labels: []) }
        #expect(throws: SampleError.label(2, sample: 1, classes: 2)) { try SpinSamples(inputs: 1, outputs: 1, values: [1, 1], labels: [0, 2]) }
        #expect(throws: SampleError.value(-128, sample: 1)) { try SpinSamples(inputs: 1, outputs: 1, values: [1, -128], labels: [0, 1]) }
        #expect(throws: SampleError.counts(values: 3, inputs: 2, targets: 2, outputs: 1)) {
            try SpinSamples(inputs: 2, outputs: 1, values: [1, 1, 1], labels: [0, 1])
        }
    }

    /// 2-1-1 on exclusive or: a neuron of two inputs is AND or OR with turned inputs, so one of four samples stays wrong.
    @Test func exclusiveOrByHand() throws {
        let network = try SpinNetwork(layers: [2, 1, 1])
        let samples = try SpinSamples(inputs: 2, outputs: 1, values: [1, 1, 1, -1, -1, 1, -1, -1], labels: [0, 1, 1, 0])
        let problem = try SpinProblem(network, samples)
        let all = (0..<8).map { state in problem.evaluate(PackedSpins(words: [UInt64(state)], count: 3)) }
        #expect(all.map(\.errors).min() == 1)
        for evaluation in all {
            #expect(evaluation.energy == Double(evaluation.errors))
            #expect(evaluation.correct == 4 - evaluation.errors)
        }
        // w = (+, +), ties to +1: +1 unless both are −1, and the output the same: wrong for (1, 1) alone.
        #expect(all[0b111].errors == 1)
    }

    /// M for sums of three parents, −3, −1, 1, 3, and of two, −2, 0, 2; with other integers.
    @Test func marginsAreTheSlackBits() throws {
        func facts(_ inputs: Int, _ values: [Int8]) throws -> SpinProblem.NeuronFacts {
            let samples = try SpinSamples(inputs: inputs, outputs: 1, values: values, labels: Array(repeating: 1, count: values.count / inputs))
            return try SpinProblem(SpinNetwork(layers: [inputs, 1]), samples).facts[0]
        }
        let three = try facts(3, [1, 1, -1])
        #expect([-3, -1, 1, 3].map(three.margin) == [1, 0, 0, 1])
        #expect((three.bits, three.marginRange) == (2, 1))
        let two = try facts(2, [1, -1])
        #expect([-2, 0, 2].map(two.margin) == [0, 0, 1])
        #expect((two.bits, two.marginRange) == (2, 1))
        let whole = try facts(2, [3, -1])
        #expect(whole.bound == 4 && !whole.counts)
        #expect([-4, -2, 0, 2, 4].map(whole.margin) == [3, 1, 0, 2, 4])
        #expect(whole.bits == 4)
    }

    /// Connections counted 64 at a time against one by one.
    @Test(arguments: [[1, 1], [5, 3, 1], [63, 4, 2], [64, 65, 3], [70, 9, 5, 10]], [false, true]) func evaluationOfBits(_ layers: [Int], _ isOdd: Bool) throws {
        let network = try SpinNetwork(layers: layers, hasBias: isOdd, skips: isOdd)
        var generator = SeededGenerator(seed: UInt64(layers[0]))
        let (inputs, outputs) = (layers[0], layers[layers.count - 1])
        let values = (0..<40 * inputs).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 }
        let targets = (0..<40).map { _ in generator.index(below: outputs) }.flatMap { label in (0..<outputs).map { $0 == label } }
        let samples = try SpinSamples(inputs: inputs, outputs: outputs, values: values, targets: targets)
        for measure in MarginReward.Measure.allCases {
            let problem = try SpinProblem(
                network, samples,
                TrainingObjective(loss: isOdd && outputs > 1 ? .hinge(margin: 2) : .hamming, margin: MarginReward(weight: 0.25, measure: measure)))
            for _ in 0..<5 {
                let weights = PackedSpins((0..<network.weights).map { _ in generator.next() & 1 == 0 ? 1 : -1 })
                #expect(problem.evaluate(weights) == problem.evaluateOneByOne(weights))
            }
        }
    }

    @Test func lexicographicMarginsNeverBuyAnError() throws {
        let network = try SpinNetwork(layers: [3, 3, 1])
        let samples = try SpinSamples(inputs: 3, outputs: 1, values: [1, 1, 1, -1, 1, 1, -1, -1, 1], labels: [1, 0, 1])
        for measure in MarginReward.Measure.allCases {
            for normalised in [false, true] {
                let reward = MarginReward(measure: measure, isNormalised: normalised)
                let problem = try SpinProblem(network, samples, TrainingObjective(margin: reward))
                for state in 0..<UInt64(1 << 12) {
                    let evaluation = problem.evaluate(PackedSpins(words: [state], count: 12))
                    #expect(evaluation.energy <= Double(evaluation.errors) && evaluation.energy > Double(evaluation.errors) - 1)
                }
            }
        }
    }

    @Test func linearTermsAreAdded() throws {
        let network = try SpinNetwork(layers: [1, 1])
        let samples = try SpinSamples(inputs: 1, outputs: 1, values: [1], labels: [1])
        let problem = try SpinProblem(network, samples, TrainingObjective(linear: [0.25]))
        #expect(problem.evaluate(PackedSpins([1])).energy == 0.25)
        #expect(problem.evaluate(PackedSpins([-1])).energy == 0.75)
    }

    @Test func hingeComparesClasses() throws {
        let network = try SpinNetwork(layers: [3, 2])
        let samples = try SpinSamples(inputs: 3, outputs: 2, values: [1, 1, 1], labels: [0])
        let problem = try SpinProblem(network, samples, TrainingObjective(loss: .hinge(margin: 3)))
        // Sums 3 and 1: 3 − 2 = 1 is missing.
        let evaluation = problem.evaluate(PackedSpins([1, 1, 1, 1, 1, -1]))
        #expect(evaluation.energy == 1 && evaluation.correct == 1 && evaluation.errors == 1)
        #expect(throws: SpinProblemError.noClasses) {
            try SpinProblem(
                SpinNetwork(layers: [3, 1]), SpinSamples(inputs: 3, outputs: 1, values: [1, 1, 1], labels: [0]), TrainingObjective(loss: .hinge(margin: 1)))
        }
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let network = try SpinNetwork(layers: [2, 1])
        let samples = try SpinSamples(inputs: 3, outputs: 1, values: [1, 1, 1], labels: [0])
        #expect(throws: SpinProblemError.inputs(samples: 3, network: 2)) { try SpinProblem(network, samples) }
        let other = try SpinSamples(inputs: 2, outputs: 1, values: [1, 1], labels: [0])
        #expect(throws: SpinProblemError.linear(count: 1, weights: 2)) { try SpinProblem(network, other, TrainingObjective(linear: [1])) }
    }
}
