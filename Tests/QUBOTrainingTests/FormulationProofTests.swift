import Ising
import QUBOTraining
import Testing

/// Forms proved by enumeration, and refuted where a penalty is too small: small cases with known optima, and random graphs.
@Suite struct FormulationProofTests {
    private static let rows: [[Int8]] = [[1, 1, 1], [1, -1, 1], [-1, 1, -1], [-1, -1, 1], [1, -1, -1]]

    /// Least energy 1 above the bound, and the penalty itself below it.
    @Test(arguments: [(1.01, 1.0), (2, 1), (0.99, 0.99), (0.6, 0.6), (0.49, 0.49), (0.3, 0.3), (0.2, 0.2)])
    func exclusiveOrIsTight(_ penalty: Double, _ least: Double) throws {
        let form = try QUBOForm(FormFixtures.exclusiveOr(), penalties: QUBOPenalties(penalty))
        #expect(form.qubo.variables == 19)
        let proof = try FormulationProof(form)
        #expect(abs(proof.least - least) < 1e-9)
        #expect(proof.optimum == 1)
        #expect(proof.holds == (penalty > 1))
        #expect(form.warnings.isEmpty == (penalty > 1))
        // All 2^19 states, by other means.
        #expect(abs(try ExactSolver().sample(form.qubo, seed: 0).first.energy - least) < 1e-9)
        guard let counterexample = proof.counterexample else { return }
        #expect(counterexample.energy < counterexample.objective)
        #expect(form.qubo.energy(of: counterexample.state.bits) == counterexample.energy)
        #expect(form.problem.evaluate(counterexample.weights).energy == counterexample.objective)
        #expect(form.decode(counterexample.state) == counterexample.weights)
        #expect(!form.isConsistent(counterexample.state))
        #expect(counterexample.row != nil && !counterexample.differences.isEmpty)
    }

    /// 22 bits, two samples that can be fitted.
    @Test func twoTwoOne() throws {
        let form = try QUBOForm(FormFixtures.problem(SpinNetwork(layers: [2, 2, 1]), [[1, 1], [1, -1]], [1, 0]), penalties: QUBOPenalties(2))
        #expect(form.qubo.variables == 22)
        let proof = try FormulationProof(form)
        #expect(proof.holds && proof.least == 0 && proof.optimum == 0)
        #expect(try ExactSolver().sample(form.qubo, seed: 0).first.energy == 0)
    }

    /// 21 bits, with edges from inputs to the output, with and without margins of both measures.
    @Test(arguments: [
        nil, MarginReward(weight: 0.1, isNormalised: false), MarginReward(), MarginReward(weight: 0.1, measure: .worst),
        MarginReward(measure: .worst, isNormalised: false), MarginReward(weight: 3, measure: .worst, isNormalised: false),
        MarginReward(weight: 2, neurons: .hidden), MarginReward(weight: 2, neurons: .output),
    ])
    func skips(_ margin: MarginReward?) throws {
        let network = try SpinNetwork(inputs: 3, neurons: 2, edges: [(0, 3), (1, 3), (2, 3), (3, 4), (0, 4), (1, 4)], outputs: [4])
        let form = try QUBOForm(FormFixtures.problem(network, Array(Self.rows.prefix(3)), [1, 0, 1], margin: margin))
        if margin?.measure != .worst { #expect(form.qubo.variables == 21) }
        let proof = try FormulationProof(form)
        #expect(proof.holds, "\(String(describing: proof.counterexample))")
        #expect(abs(proof.least - proof.optimum) < 1e-9)
    }

    /// 20 bits, five parents: two bits of slack.
    @Test(arguments: [nil, MarginReward(weight: 0.1, isNormalised: false), MarginReward(weight: 0.25, measure: .worst, isNormalised: false)])
    func fiveParents(_ margin: MarginReward?) throws {
        let rows: [[Int8]] = [[1, 1, 1, 1, 1], [1, -1, 1, -1, 1], [-1, -1, -1, 1, 1], [-1, 1, 1, -1, -1], [1, 1, -1, -1, -1]]
        let form = try QUBOForm(FormFixtures.problem(SpinNetwork(layers: [5, 1]), rows, [1, 1, 0, 0, 1], margin: margin))
        if margin?.measure != .worst { #expect(form.qubo.variables == 20) }
        #expect(try FormulationProof(form).holds)
    }

    /// 19 bits, a chain with 4, 2 and 3 parents.
    @Test func chain() throws {
        let network = try SpinNetwork(
            inputs: 4, neurons: 3, edges: [(0, 4), (1, 4), (2, 4), (3, 4), (4, 5), (0, 5), (4, 6), (5, 6), (1, 6)], outputs: [6])
        let form = try QUBOForm(FormFixtures.problem(network, [[1, -1, 1, 1]], [0]))
        #expect(form.qubo.variables == 19)
        #expect(try FormulationProof(form).holds)
    }

    /// Merged rows multiply the loss, and with it the bound: one that would do for single samples does not.
    @Test func mergedRowsNeedLargerPenalties() throws {
        let rows: [[Int8]] = [[1, 1], [1, 1], [1, 1], [1, -1], [-1, 1], [-1, 1], [-1, -1]]
        let problem = try FormFixtures.problem(SpinNetwork(layers: [2, 1, 1]), rows, [0, 0, 0, 1, 1, 1, 0])
        #expect(problem.samples.rows == 4)
        let form = try QUBOForm(problem)
        #expect(form.bounds == [3, 1, 2, 1])
        #expect(try FormulationProof(form).holds)
        let small = try QUBOForm(problem, penalties: QUBOPenalties(1.5))
        #expect(small.warnings.count == 2)
        let counterexample = try #require(try FormulationProof(small).counterexample)
        #expect(counterexample.energy < counterexample.objective)
    }

    /// Contradictory samples: the least objective is the floor.
    @Test func contradictionsAreTheFloor() throws {
        let problem = try FormFixtures.problem(SpinNetwork(layers: [2, 1]), [[1, 1], [1, 1], [1, 1], [-1, 1]], [1, 0, 1, 0])
        let proof = try FormulationProof(QUBOForm(problem))
        #expect(proof.holds && proof.optimum == 1 && problem.samples.errorFloor == 1)
    }

    @Test func biases() throws {
        let network = try SpinNetwork(layers: [2, 2, 1], hasBias: true)
        let proof = try FormulationProof(QUBOForm(FormFixtures.problem(network, [[1, 1], [1, -1], [-1, 1], [-1, -1]], [0, 1, 1, 0])))
        #expect(proof.holds && proof.optimum == 0)
    }

    /// Random graphs with biases, several outputs, integers, margins of every kind, linear terms.
    @Test(arguments: 0..<60)
    func randomGraphs(_ seed: Int) throws {
        let rewards: [MarginReward?] = [
            nil, MarginReward(), MarginReward(weight: 0.3, neurons: .hidden), MarginReward(weight: 0.7, neurons: .output, isNormalised: false),
        ]
        let problem = try FormFixtures.problem(UInt64(seed), integers: seed % 5 == 0, margin: rewards[seed % 4], hasLinear: seed % 3 == 0)
        let proof = try FormulationProof(QUBOForm(problem))
        #expect(proof.holds, "\(String(describing: proof.counterexample))")
    }

    @Test(arguments: 0..<20)
    func randomGraphsWithWorstMargins(_ seed: Int) throws {
        let neurons = MarginReward.Neurons.allCases[seed % 3]
        let margin = MarginReward(weight: [0.25, 1, 2.5][seed % 3], neurons: neurons, measure: .worst, isNormalised: seed % 2 == 0)
        let problem = try FormFixtures.problem(UInt64(100 + seed), fanIn: 2, margin: margin)
        let form = try QUBOForm(problem)
        guard form.layout.weights + form.layout.sharedBits + form.layout.bitsPerRow <= 24 else { return }
        let proof = try FormulationProof(form)
        #expect(proof.holds, "\(String(describing: proof.counterexample))")
    }

    @Test func proofsThatAreTooLongAreEstimated() throws {
        let form = try QUBOForm(FormFixtures.teacher([9, 3, 1], samples: 10, seed: 0))
        #expect(throws: ProofError.self) { try FormulationProof(form) }
        #expect(throws: ProofError.stopped) { try FormulationProof(QUBOForm(FormFixtures.exclusiveOr())) { _, _ in false } }
    }
}
