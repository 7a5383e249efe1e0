import Ising
import QUBOTraining
import Testing

/// Polynomials of the weights against the forward pass.
@Suite struct PolynomialFormTests {
    /// 3-1: half the sum of the three agreements, less half their product.
    @Test func majorityOfThree() throws {
        let problem = try FormFixtures.problem(SpinNetwork(layers: [3, 1]), [[1, 1, -1]], [0])
        let polynomial = try PolynomialForm(problem).polynomial
        // ½ + ½·a with a = ½(w0 + w1 − w2 + w0·w1·w2).
        #expect(
            polynomial
                == (try BinaryPolynomial(
                    variables: 3, vartype: .spin, terms: [(0.5, []), (0.25, [0]), (0.25, [1]), (-0.25, [2]), (0.25, [0, 1, 2])])))
    }

    /// A tie is +1: a = ½ + ½(w0 + w1) − ½·w0·w1.
    @Test func tiesAreOn() throws {
        let problem = try FormFixtures.problem(SpinNetwork(layers: [2, 1]), [[1, 1]], [0])
        #expect(
            try PolynomialForm(problem).polynomial
                == BinaryPolynomial(
                    variables: 2, vartype: .spin, terms: [(0.75, []), (0.25, [0]), (0.25, [1]), (-0.25, [0, 1])]))
    }

    @Test(arguments: 0..<60)
    func randomGraphs(_ seed: Int) throws {
        let rewards: [MarginReward?] = [
            nil, MarginReward(), MarginReward(weight: 0.3, neurons: .hidden), MarginReward(weight: 0.7, neurons: .output, isNormalised: false),
        ]
        let problem = try FormFixtures.problem(UInt64(seed), integers: seed % 5 == 0, margin: rewards[seed % 4], hasLinear: seed % 3 == 0)
        let form = try PolynomialForm(problem)
        let size = PolynomialForm.size(problem)
        #expect(size.variables == problem.network.weights)
        #expect(size.interactions >= form.polynomial.terms, "\(size)")
        let proof = try FormulationProof(form)
        #expect(proof.holds, "\(String(describing: proof.counterexample))")
    }

    /// Σ over odd k of e_k: products of three first neurons of n inputs, 2^(n−1) terms each, and 3 of one.
    @Test(arguments: [([3, 3, 1], 76), ([5, 3, 1], 16 * 16 * 16 + 48), ([7, 3, 1], 262_336)])
    func sizesAreEstimated(_ layers: [Int], _ terms: Int) throws {
        let problem = try FormFixtures.teacher(layers, samples: 11, seed: 1)
        // And the constant. An odd number of samples, so that no product vanishes.
        #expect(PolynomialForm.size(problem).interactions == terms + 1)
        guard layers[0] < 7 else { return }
        let form = try PolynomialForm(problem)
        #expect(form.polynomial.terms <= terms + 1)
        #expect(form.polynomial.degree == 3 * layers[0] + 3)
        let weights = PackedSpins(words: [0x1234_5678_9ABC & (1 << UInt64(problem.network.weights) - 1)], count: problem.network.weights)
        #expect(form.polynomial.energy(of: weights.bits) == problem.evaluate(weights).energy)
    }

    @Test func whatIsTooLargeIsEstimated() throws {
        let problem = try FormFixtures.teacher([9, 3, 1], samples: 10, seed: 0)
        let error = #expect(throws: FormError.self) { try PolynomialForm(problem) }
        #expect("\(error!)".contains("16777985 terms"))
        #expect(throws: FormError.tooManyWeights(135, limit: 128)) { try PolynomialForm(FormFixtures.teacher([26, 5, 1], samples: 3, seed: 0)) }
        let wide = try FormFixtures.teacher([100, 1], samples: 3, seed: 0)
        #expect(throws: FormError.self) { try PolynomialForm(wide) }
        let worst = try FormFixtures.problem(SpinNetwork(layers: [3, 1]), [[1, 1, 1]], [1], margin: MarginReward(measure: .worst))
        #expect(throws: FormError.worstMargin) { try PolynomialForm(worst) }
    }

    @Test func polynomialsAreSolved() throws {
        for seed in 0..<3 as Range<UInt64> {
            let problem = try FormFixtures.teacher([5, 3, 1], samples: 10, seed: seed)
            let solution = try PolynomialSolver().solve(problem, seed: seed, control: SamplingControl())
            #expect(solution.evaluation.errors == 0 && solution.isOptimal && solution.stopReason == .optimal)
            #expect(solution.evaluation == problem.evaluate(solution.weights))
        }
    }
}
