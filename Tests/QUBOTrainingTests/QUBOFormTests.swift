import Ising
import QUBOTraining
import Testing

/// The bits of a QUBO, its size, and its states.
@Suite struct QUBOFormTests {
    /// Sizes that were counted by hand; of 3-5-1 there are no more than eight different rows.
    @Test(arguments: [
        ([3, 5, 1], 8, 20 + 8 * 18), ([9, 3, 1], 10, 200), ([9, 3, 1], 20, 370), ([9, 3, 1], 100, 1_730), ([16, 4, 1], 20, 608), ([25, 5, 1], 20, 790),
        ([25, 5, 1], 100, 3_430), ([25, 5, 5, 1], 20, 1_615), ([64, 8, 1], 100, 7_320), ([784, 16, 10], 100, 49_704),
    ])
    func sizesAreThoseOfTheTable(_ layers: [Int], _ count: Int, _ variables: Int) throws {
        // Different rows, so that none are merged.
        let values = (0..<count).flatMap { sample in (0..<layers[0]).map { $0 < 7 && sample >> $0 & 1 == 1 ? 1 : -1 as Int8 } }
        let outputs = layers[layers.count - 1]
        let samples = try SpinSamples(inputs: layers[0], outputs: outputs, values: values, labels: (0..<count).map { $0 % max(outputs, 2) })
        #expect(samples.rows == count)
        #expect(try QUBOForm.size(SpinProblem(SpinNetwork(layers: layers), samples)).variables == variables)
    }

    /// 3-5-1 with eight rows, all there are: 20 + 8·18.
    @Test func rowsOfEqualInputShareTheirBits() throws {
        let rows = (0..<20).map { sample in (0..<3).map { sample >> $0 & 1 == 1 ? 1 : -1 as Int8 } }
        let problem = try FormFixtures.problem(SpinNetwork(layers: [3, 5, 1]), rows, (0..<20).map { $0 % 2 })
        #expect(try QUBOForm(problem).qubo.variables == 20 + 8 * 18)
    }

    /// Threshold constants: bits k and δ, seen in the constraint of a neuron whose weights agree with no input.
    @Test(arguments: [
        (1, 1, 0), (2, 2, 1), (3, 2, 0), (4, 3, 2), (5, 3, 1), (6, 3, 1), (7, 3, 0), (8, 4, 4), (9, 4, 3), (15, 4, 0), (16, 5, 8),
    ])
    func thresholdConstants(_ n: Int, _ bits: Int, _ delta: Int) throws {
        let problem = try FormFixtures.problem(SpinNetwork(layers: [n, 1]), [[Int8](repeating: 1, count: n)], [1])
        #expect(problem.facts[0].bits == bits)
        let form = try QUBOForm(problem, penalties: QUBOPenalties(2))
        #expect(form.qubo.variables == n + bits)
        // All weights −1 and all other bits 0: the constraint is δ², the loss 1.
        #expect(form.qubo.energy(of: [UInt8](repeating: 0, count: n + bits)) == Double(2 * delta * delta + 1))
    }

    /// R over (ω, α, m) = 000 … 111: 0, 3, 0, 1, 0, 1, 1, 0, as the difference that λ_R makes.
    @Test func rosenberg() throws {
        let problem = try FormFixtures.problem(SpinNetwork(layers: [1, 1, 1]), [[1]], [1])
        let (one, two) = (
            try QUBOForm(problem, penalties: .init(product: 1, activation: 1)), try QUBOForm(problem, penalties: .init(product: 2, activation: 1))
        )
        // Bits: w0, w1, a of the hidden neuron and the output, m.
        for (code, expected) in [0, 3, 0, 1, 0, 1, 1, 0].enumerated() {
            let bits: [UInt8] = [0, UInt8(code >> 2 & 1), UInt8(code >> 1 & 1), 0, UInt8(code & 1)]
            #expect(two.qubo.energy(of: bits) - one.qubo.energy(of: bits) == Double(expected))
        }
    }

    /// The state of a forward pass is consistent and its energy is the objective, whatever the penalties; any flip of a bit besides weights
    /// breaks it.
    @Test(arguments: 0..<24)
    func consistentStatesHaveTheObjectivesEnergy(_ seed: Int) throws {
        let rewards: [MarginReward?] = [
            nil, MarginReward(weight: 0.125, isNormalised: false), MarginReward(weight: 0.5, neurons: .hidden, measure: .worst, isNormalised: false),
            MarginReward(weight: 0.25, neurons: .output, measure: .worst),
        ]
        let problem = try FormFixtures.problem(UInt64(seed), integers: seed % 3 == 0, margin: rewards[seed % 4], hasLinear: seed % 2 == 0)
        let form = try QUBOForm(problem, penalties: seed % 5 == 0 ? QUBOPenalties(0.5) : QUBOPenalties())
        let size = QUBOForm.size(problem)
        #expect(size.variables == form.qubo.variables && form.layout.variables == size.variables)
        #expect(size.interactions >= form.qubo.terms.interactions)
        for code in 0..<(1 << problem.network.weights) {
            let weights = FormFixtures.weights(code, problem.network.weights)
            var state = form.consistentState(weights)
            #expect(form.decode(state) == weights)
            #expect(form.isConsistent(state))
            #expect(abs(form.qubo.energy(of: state.bits) - problem.evaluate(weights).energy) < 1e-9)
            guard code % 16 == 0 else { continue }
            for bit in form.layout.weights + form.layout.sharedBits..<form.layout.variables {
                state[bit].toggle()
                #expect(!form.isConsistent(state), "\(form.layout[bit])")
                state[bit].toggle()
            }
        }
    }

    @Test func bitsHaveNames() throws {
        let form = try QUBOForm(FormFixtures.exclusiveOr())
        #expect(form.layout.variables == 19)
        #expect(form.layout.names.prefix(7) == ["w[0]", "w[1]", "w[2]", "a[0,2]", "a[0,3]", "m[0,2]", "r[0,2,0]"])
        #expect(Set(form.layout.names).count == 19)
        #expect(form.layout.product(row: 3, edge: 2) == 17)
        #expect(form.layout[17] == .product(row: 3, edge: 2))
        #expect(form.file.labels?.count == 19)
    }

    @Test func boundsCountMergedSamplesAndMargins() throws {
        let network = try SpinNetwork(layers: [3, 1])
        let rows: [[Int8]] = [[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, -1]]
        let plain = try QUBOForm(FormFixtures.problem(network, rows, [1, 1, 1, 0]))
        #expect(plain.bounds == [3, 1])
        #expect(plain.penalty(.activation, row: 0) == 4 && plain.penalty(.product, row: 1) == 2)
        let torn = try QUBOForm(FormFixtures.problem(network, rows, [1, 0, 1, 0]))
        #expect(torn.bounds == [1, 1])
        let summed = try QUBOForm(
            FormFixtures.problem(network, rows, [1, 1, 1, 0], margin: MarginReward(weight: 0.5, isNormalised: false)))
        #expect(summed.bounds == [4.5, 1.5])
        let worst = try QUBOForm(FormFixtures.problem(network, rows, [1, 1, 1, 0], margin: MarginReward(weight: 0.5, measure: .worst, isNormalised: false)))
        #expect(worst.bounds == [3.5, 1.5])
    }

    @Test func smallPenaltiesAreWarnedOf() throws {
        let problem = try FormFixtures.exclusiveOr()
        #expect(try QUBOForm(problem).warnings.isEmpty)
        #expect(try QUBOForm(problem, penalties: QUBOPenalties(1.01)).warnings.isEmpty)
        let form = try QUBOForm(problem, penalties: .init(product: 1, activation: 3))
        #expect(form.warnings == [PenaltyWarning(kind: .product, penalty: 1, bound: 1)])
        for bad in [0, -1, Double.nan, .infinity] { #expect(throws: FormError.self) { try QUBOForm(problem, penalties: QUBOPenalties(bad)) } }
    }

    @Test func whatIsTooLargeIsEstimated() throws {
        let problem = try FormFixtures.teacher([9, 3, 1], samples: 20, seed: 0)
        let size = QUBOForm.size(problem)
        #expect(throws: FormError.tooLarge(size, byteLimit: 1000)) { try QUBOForm(problem, byteLimit: 1000) }
        #expect("\(FormError.tooLarge(size, byteLimit: 1000))".contains("\(size.variables) variables"))
    }

    @Test func hingesHaveNoForm() throws {
        let samples = try SpinSamples(inputs: 1, outputs: 2, values: [1], labels: [0])
        let problem = try SpinProblem(SpinNetwork(layers: [1, 2]), samples, TrainingObjective(loss: .hinge(margin: 1)))
        #expect(throws: FormError.loss(form: "qubo")) { try QUBOForm(problem) }
        #expect(throws: FormError.loss(form: "polynomial")) { try PolynomialForm(problem) }
    }
}
