import BitCore
import Datasets
import Ising
import QUBOTraining
import Testing

@Suite struct ClassifierTests {
    static func weights(_ network: SpinNetwork, _ generator: inout SeededGenerator) -> PackedSpins {
        var weights = PackedSpins(count: network.weights)
        for weight in 0..<network.weights { weights[weight] = generator.next() >> 63 == 1 }
        return weights
    }

    @Test(arguments: [[5, 1], [63, 3, 2], [64, 70, 3, 1], [65, 64, 65, 10]], [false, true])
    func packedSumsAreTheReferences(_ layers: [Int], _ extra: Bool) throws {
        let network = try SpinNetwork(layers: layers, hasBias: extra, skips: extra)
        var generator = SeededGenerator(seed: 7)
        let weights = Self.weights(network, &generator)
        let values = (0..<20 * layers[0]).map { _ in generator.next() >> 63 == 1 ? 1 : -1 as Int8 }
        let sums = SpinClassifier(network, weights).sums(PackedRows(values, width: layers[0]))
        for row in 0..<20 {
            let all = network.sums(weights, input: values[row * layers[0]..<(row + 1) * layers[0]])
            #expect(Array(sums[row * network.outputs.count..<(row + 1) * network.outputs.count]) == network.outputs.map { all[$0 - network.firstNeuron] })
        }
    }

    @Test func accuraciesAreTheEvaluations() throws {
        let data = try LabelledSpins(Dataset.digits(), encoding: .init(side: 4))
        var generator = SeededGenerator(seed: 2)
        let network = try SpinNetwork(layers: [16, 4, 1])
        let classifier = SpinClassifier(network, Self.weights(network, &generator))
        let evaluation = try SpinProblem(network, SpinSamples(data, .pair(1, 8))).evaluate(classifier.weights)
        #expect(try classifier.accuracy(on: data, .pair(1, 8)) == evaluation.accuracy)
        let ten = try SpinNetwork(layers: [16, 4, 10])
        let all = SpinClassifier(ten, Self.weights(ten, &generator))
        // The hinge loss counts as correct what the largest sum gets right; equal inputs of several classes count one by one in both.
        let hinge = try SpinProblem(ten, SpinSamples(data, .all), TrainingObjective(loss: .hinge(margin: 1))).evaluate(all.weights)
        #expect(try all.accuracy(on: data, .all) == hinge.accuracy)
    }

    @Test func theNearestIsFound() throws {
        let data = try LabelledSpins(Dataset.digits().prefix(100))
        let neighbour = NearestNeighbour(data)
        #expect(neighbour.accuracy(on: data) == 1)
        let labels = neighbour.labels(PackedRows(data.row(3).map { -$0 }, width: 64))
        let distances = (0..<100).map { item in zip(data.row(item), data.row(3)).count { $0 == $1 } }
        #expect(labels == [data.labels[distances.firstIndex(of: distances.min()!)!]])
    }
}

@Suite struct PairEnsembleTests {
    private func winner(_ votes: [(positive: Int, negative: Int, sum: Int)], classes: Int = 4) -> Int {
        PairEnsemble.winner(classCount: classes, votes: votes)
    }

    @Test func theMajorityWins() {
        // Class 2 beats all others.
        #expect(winner([(0, 1, 3), (0, 2, -1), (0, 3, 5), (1, 2, -1), (1, 3, 0), (2, 3, 0)]) == 2)
    }

    @Test func ofTwoEqualTheirOwnNetworkDecides() {
        // 0 and 1 have two votes each, 2 and 3 one; 0 against 1 went to 1 by a sum of −1, whatever the other sums.
        #expect(winner([(0, 1, -1), (0, 2, 9), (0, 3, 9), (1, 2, -1), (1, 3, 1), (2, 3, -1)]) == 1)
    }

    @Test func ofThreeEqualTheSumDecides() {
        // A circle of 0, 1 and 2, each ahead of 3.
        let circle: [(positive: Int, negative: Int, sum: Int)] = [(0, 1, 3), (1, 2, 1), (0, 2, -5), (0, 3, 1), (1, 3, 1), (2, 3, 1)]
        // 0: 3 − 5, 1: −3 + 1, 2: −1 + 5.
        #expect(winner(circle) == 2)
        #expect(winner([(0, 1, 1), (1, 2, 1), (0, 2, -1)], classes: 3) == 0)
    }

    @Test func pairsAreLearned() throws {
        let digits = try LabelledSpins(Dataset.digits(), encoding: .init(side: 4))
        let wanted = digits.selecting(digits.labels.indices.filter { [0, 1, 4].contains(digits.labels[$0]) })
        let parts = try wanted.split(.firstOfEach(6), of: .pair(0, 4), seed: 1)
        #expect(parts.train.count == 12)
        let train = wanted.selecting(Array(0..<30))
        let network = try SpinNetwork(layers: [16, 3, 1])
        func ensemble(_ threads: Int) throws -> PairEnsemble {
            try PairEnsemble(
                train, network: network, perPair: 2, solver: ReferenceAnnealing(.init(reads: 1, sweeps: 15)), seed: 3,
                parallel: Parallel(threads: threads))
        }
        let one = try ensemble(1)
        #expect(one.members.count == 6 && one.classCount == 10)
        #expect(one.members.map(\.positive) == [0, 0, 0, 0, 1, 1] && one.members.map(\.negative) == [1, 1, 4, 4, 4, 4])
        #expect(one.members[0].solution.weights != one.members[1].solution.weights)
        // What each network fits, the vote does too; of other items more than one in three.
        #expect(one.accuracy(on: train) > 0.8 && one.accuracy(on: wanted) > 0.4)
        let two = try ensemble(2)
        #expect(two.members.map(\.solution.weights) == one.members.map(\.solution.weights))
        #expect(two.accuracy(on: wanted, parallel: Parallel(threads: 2)) == one.accuracy(on: wanted))
    }

    @Test func pairsOfTwoOutputsCompareTheirSums() throws {
        let digits = try LabelledSpins(Dataset.digits(), encoding: .init(side: 4))
        let train = digits.selecting(digits.labels.indices.filter { [0, 1, 4].contains(digits.labels[$0]) }.prefix(60).map { $0 })
        let ensemble = try PairEnsemble(
            train, network: SpinNetwork(layers: [16, 6, 2]), objective: TrainingObjective(loss: .hinge(margin: 3)),
            solver: WeightAnnealing(.init(reads: 2)), seed: 3)
        #expect(ensemble.members.count == 3)
        // One in three by chance.
        #expect(ensemble.accuracy(on: train) > 0.6)
        let member = ensemble.members[0]
        let rows = PackedRows(train)
        let sums = member.classifier.sums(rows)
        #expect(member.sums(rows) == (0..<60).map { sums[2 * $0] - sums[2 * $0 + 1] })
    }

    @Test func whatMakesNoEnsembleIsNamed() throws {
        let data = try LabelledSpins(Dataset.digits().prefix(30), encoding: .init(side: 3))
        let solver = ReferenceAnnealing(.init(reads: 1, sweeps: 1))
        #expect(throws: EnsembleError.outputs(3)) { try PairEnsemble(data, network: SpinNetwork(layers: [9, 3]), solver: solver, seed: 1) }
        #expect(throws: EnsembleError.members(0)) { try PairEnsemble(data, network: SpinNetwork(layers: [9, 1]), perPair: 0, solver: solver, seed: 1) }
        #expect(throws: EnsembleError.classes(1)) {
            try PairEnsemble(data.selecting([0]), network: SpinNetwork(layers: [9, 1]), solver: solver, seed: 1)
        }
        // What a problem refuses is thrown as it is.
        #expect(throws: SpinProblemError.inputs(samples: 9, network: 8)) {
            try PairEnsemble(data, network: SpinNetwork(layers: [8, 1]), solver: solver, seed: 1)
        }
    }
}

@Suite struct CommitteeTests {
    @Test func sumsAreAdded() throws {
        let digits = try LabelledSpins(Dataset.digits(), encoding: .init(side: 4))
        let train = digits.selecting(Array(0..<100))
        let network = try SpinNetwork(layers: [16, 20, 10])
        func committee(_ count: Int, _ parallel: Parallel) throws -> SpinCommittee {
            try SpinCommittee(
                train, network: network, objective: TrainingObjective(loss: .hinge(margin: 8)), count: count,
                solver: WeightBatches(.init(hot: 0.03, cold: 0.002, batches: 6)), seed: 4, parallel: parallel)
        }
        let three = try committee(3, .serial)
        #expect(three.members.count == 3 && three.accuracy(on: train) > 0.6)
        let rows = PackedRows(digits)
        let sums = three.members.map { $0.sums(rows) }
        let expected = (0..<digits.count).map { row in
            let all = (0..<10).map { output in sums.reduce(0) { $0 + $1[row * 10 + output] } }
            return all.firstIndex(of: all.max() ?? 0)
        }
        #expect(three.labels(rows) == expected)
        let parallel = try committee(3, Parallel(threads: 2))
        #expect(parallel.members == three.members && parallel.labels(rows, parallel: Parallel(threads: 2)) == three.labels(rows))
        // A committee of one is its member.
        let one = try committee(1, .serial)
        #expect(one.members == [three.members[0]] && one.labels(rows) == one.members[0].labels(rows))
        #expect(throws: EnsembleError.members(0)) { try committee(0, .serial) }
    }
}
