import BitCore
import Ising
import Testing

@Suite struct QuadratisationTests {
    /// The least energy over the bits behind the first `variables`, these being fixed: all their assignments, one flip after the other.
    static func least(_ qubo: QUBO, fixed bits: [UInt8]) -> Double {
        let free = bits.count..<qubo.variables
        var assignment = bits + [UInt8](repeating: 0, count: free.count)
        var energy = qubo.energy(of: assignment)
        var best = energy
        let (terms, adjacency) = (qubo.terms, qubo.terms.adjacency)
        for step in 1..<(1 << free.count) {
            let flipped = free.lowerBound + step.trailingZeroBitCount
            var gain = terms.linear[flipped]
            for place in adjacency.row(flipped) where assignment[Int(adjacency.neighbours[place])] == 1 { gain += adjacency.weights[place] }
            energy += assignment[flipped] == 0 ? gain : -gain
            assignment[flipped] ^= 1
            best = min(best, energy)
        }
        return best
    }

    /// Hundreds of polynomials: the least energy over the auxiliaries is the polynomial, for every assignment, and a warm start has it.
    @Test(arguments: 1..<8, Vartype.allCases)
    func theLeastOverAuxiliariesIsThePolynomial(variables: Int, vartype: Vartype) throws {
        for seed in 0..<30 as Range<UInt64> {
            // Spins make many terms of one, so fewer of them; signs are mixed, all positive or all negative.
            let count = vartype == .binary ? 8 : 2
            let terms = randomTerms(variables, degree: vartype == .binary ? 5 : 4, count: count, step: 1, seed: seed).map { value, product in
                (seed % 3 == 0 ? value : seed % 3 == 1 ? abs(value) : -abs(value), product)
            }
            let polynomial = try BinaryPolynomial(variables: variables, vartype: vartype, terms: terms)
            let result = try polynomial.quadratised()
            #expect(result.auxiliaries.count < 14)
            guard result.auxiliaries.count < 14 else { continue }
            let qubo = try result.qubo()
            #expect(qubo.variables == result.bits && qubo.terms.unit != nil)
            if vartype == .binary { #expect(qubo.terms.isIntegral) }
            for (_, bits) in assignments(variables) {
                let expected = polynomial.energy(of: bits)
                let warm = result.encode(bits)
                #expect(qubo.energy(of: warm) == expected)
                #expect(result.decode(warm) == bits)
                #expect(Self.least(qubo, fixed: bits) == expected)
            }
        }
    }

    @Test func productsAreSharedAndStrengthsAreThoseOfTheirTerms() throws {
        // Two positive terms share 0·1; the negative one of degree 3 uses the product that is there, that of degree 4 takes one of its own.
        let polynomial = try BinaryPolynomial(
            variables: 6, vartype: .binary, terms: [(3, [0, 1, 2]), (4, [0, 1, 3]), (-9, [0, 1, 4]), (-100, [2, 3, 4, 5]), (1000, [4, 5])])
        let result = try polynomial.quadratised()
        #expect(result.auxiliaries == [.product(0, 1), .term([2, 3, 4, 5])])
        #expect(result.productStrengths == [9, 0])
        let report = try result.report()
        // Penalty 9·(1 + 2 + 2 + 3) of products; objective 3 + 4 + 9 + 1000 + 100·(3 + 4).
        #expect(report.penaltyShare == 72.0 / (72 + 1716))
        #expect(report.variables == 8)
    }

    @Test func quadraticPolynomialsStayAsTheyAre() throws {
        let polynomial = try BinaryPolynomial(variables: 3, vartype: .binary, terms: [(1, [0, 1]), (-2, [2]), (5, [])])
        let result = try polynomial.quadratised()
        #expect(result.auxiliaries.isEmpty)
        #expect(try result.qubo() == polynomial.qubo())
        #expect(try result.report().penaltyShare == 0)
        #expect(try BinaryPolynomial(variables: 0, vartype: .spin, terms: [(2, [])]).quadratised().qubo().terms.offset == 2)
    }

    static func randomModel(_ variables: Int, vartype: Vartype, seed: UInt64) throws -> ConstrainedModel {
        var generator = SeededGenerator(seed: seed)
        let objective = try BinaryPolynomial(
            variables: variables, vartype: vartype, terms: randomTerms(variables, degree: 2, count: 6, step: 0.5, seed: seed + 1000))
        var constraints: [LinearConstraint] = []
        for _ in 0..<2 {
            let size = 1 + generator.index(below: variables)
            let terms = generator.permutation(variables).prefix(size).map { ($0, Double(generator.index(below: 7) - 3)) }
            let sense = LinearConstraint.Sense.allCases[generator.index(below: 3)]
            // The bound is that of some assignment, give or take, so that most constraints can be met.
            let activity = terms.reduce(0) { $0 + (generator.index(below: 2) == 1 ? $1.1 : vartype == .spin ? -$1.1 : 0) }
            constraints.append(try LinearConstraint(terms, sense, activity + Double(generator.index(below: 3) - 1)))
        }
        return try ConstrainedModel(objective: objective, constraints: constraints)
    }

    @Test(arguments: 1..<6, Vartype.allCases)
    func constraintsCostNothingWhereTheyHoldAndTooMuchElsewhere(variables: Int, vartype: Vartype) throws {
        var (feasible, infeasible) = (0, 0)
        for seed in 0..<60 as Range<UInt64> {
            let model = try Self.randomModel(variables, vartype: vartype, seed: seed)
            let evaluations = assignments(variables).map { ($0.bits, model.evaluate($0.bits)) }
            let worst = evaluations.map(\.1.energy).max() ?? 0
            let result: Quadratisation
            do {
                result = try model.quadratised()
            } catch {
                guard case .infeasible(let constraint, _) = error else { throw error }
                #expect(evaluations.allSatisfy { $0.1.violations[constraint] > 0 })
                infeasible += 1
                continue
            }
            let qubo = try result.qubo()
            for (bits, evaluation) in evaluations {
                let least = Self.least(qubo, fixed: bits)
                let warm = result.encode(bits)
                #expect(qubo.energy(of: warm) == least)
                #expect(result.decode(warm) == bits)
                if evaluation.isFeasible {
                    #expect(least == evaluation.energy)
                    feasible += 1
                } else {
                    #expect(least > worst)
                }
            }
        }
        #expect(feasible > 20 && (variables > 1 || infeasible > 0))
    }

    @Test func slackIsBoundedAndNeededOnlySometimes() throws {
        func compile(_ terms: [(Int, Double)], _ sense: LinearConstraint.Sense, _ bound: Double) throws -> Quadratisation {
            let objective = try BinaryPolynomial(variables: 4, vartype: .binary, terms: [])
            return try ConstrainedModel(objective: objective, constraints: [LinearConstraint(terms, sense, bound)]).quadratised()
        }
        let weights = [(0, 3.0), (1, 5.0), (2, 7.0)]
        // Slack up to 12: 1, 2, 4 and 5.
        #expect(try compile(weights, .atMost, 12).auxiliaries == [1, 2, 4, 5].map { .slack(constraint: 0, weight: $0) })
        #expect(try compile(weights, .atMost, 15).constraintPenalties == [.none])
        #expect(try compile(weights, .atLeast, 0).constraintPenalties == [.none])
        #expect(try compile(weights, .equal, 12).auxiliaries.isEmpty)
        // A common divisor goes, and the bound is rounded down to what can be reached.
        #expect(
            try compile([(0, 20), (1, -40), (2, 60)], .atMost, 39).constraintPenalties
                == [.square(bits: [0, 1, 2, 4, 5], coefficients: [1, -2, 3, 1, 2], target: 1)])
        #expect(try compile([(0, 0.1), (1, 0.2), (2, -0.3)], .atMost, 0).auxiliaries.count == 2)
        #expect(try compile([(0, 2), (1, 2), (3, 2)], .atMost, 3).constraintPenalties == [.pairs([0, 1, 3])])
        #expect(try compile([(0, 1), (1, -1)], .atMost, 0).constraintPenalties == [.table(0, 1, constant: 0, first: 1, second: 0, both: -1)])
        #expect(try compile([(2, 5)], .atLeast, 3).constraintPenalties == [.table(2, 2, constant: 1, first: -1, second: 0, both: 0)])
        #expect(throws: QuadratisationError.infeasible(constraint: 0, label: nil)) { try compile(weights, .atLeast, 16) }
        #expect(throws: QuadratisationError.infeasible(constraint: 0, label: nil)) { try compile([(0, 2), (1, 2), (2, 2)], .equal, 3) }
        #expect(throws: QuadratisationError.infeasible(constraint: 0, label: nil)) { try compile([], .equal, 3) }
        #expect(throws: QuadratisationError.slackTooWide(constraint: 0, label: nil, bits: 41)) {
            try compile([(0, 0x1p40), (1, 1), (2, 3)], .atMost, 0x1p40)
        }
        #expect(throws: QuadratisationError.slackTooWide(constraint: 0, label: nil, bits: 53)) {
            try compile([(0, 1.0 / 3), (1, 1), (2, 0.7)], .atMost, 1)
        }
    }

    @Test func strengthsCanBeGivenAndChanged() throws {
        let objective = try BinaryPolynomial(variables: 3, vartype: .binary, terms: [(-1, [0]), (-1, [1]), (-1, [2]), (4, [])])
        let constraints = [try LinearConstraint([(0, 1), (1, 1), (2, 1)], .equal, 2), try LinearConstraint([(0, 1), (2, 1)], .atMost, 1)]
        let model = try ConstrainedModel(objective: objective, constraints: constraints)
        var result = try model.quadratised()
        #expect(result.constraintStrengths == [4, 4])
        #expect(try result.qubo().energy(of: [1, 1, 1]) == 1 + 4 + 4)
        result.constraintStrengths = [0.5, 0]
        #expect(try result.qubo().energy(of: [1, 1, 1]) == 1 + 0.5)
        #expect(try model.quadratised(strengths: .uniform(7)).constraintStrengths == [7, 7])
        #expect(try model.quadratised(strengths: .each([1, 2])).qubo().energy(of: [1, 1, 1]) == 1 + 1 + 2)
        for bad in [ConstraintStrengths.each([1]), .uniform(-1), .uniform(.nan)] {
            #expect(throws: QuadratisationError.self) { try model.quadratised(strengths: bad) }
        }
        #expect(throws: ProblemError.tooManyTerms(limit: 2)) { try model.quadratised(termLimit: 2).qubo() }
    }

    /// Thousands of terms: shared greedily, and the same each time.
    @Test func largePolynomialsAreQuadratisedAlike() throws {
        let terms = randomTerms(60, degree: 5, count: 3000, step: 1, seed: 4)
        let polynomial = try BinaryPolynomial(variables: 60, vartype: .binary, terms: terms)
        let (one, two) = (try polynomial.quadratised(), try polynomial.quadratised())
        #expect(one == two)
        let qubo = try one.qubo()
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20 {
            let bits = (0..<60).map { _ in UInt8(generator.index(below: 2)) }
            #expect(qubo.energy(of: one.encode(bits)) == polynomial.energy(of: bits))
        }
    }

    /// Terms of hundreds of bits, some of which share what they begin with.
    @Test func longTermsAreQuadratised() throws {
        let terms: [(Double, [Int])] = [(3, Array(0..<300)), (5, Array(0..<200)), (-7, Array(50..<350)), (2, Array(0..<26)), (1, [0, 1, 2])]
        let polynomial = try BinaryPolynomial(variables: 400, vartype: .binary, terms: terms)
        let result = try polynomial.quadratised()
        #expect(result.auxiliaries.count < 320)
        let qubo = try result.qubo()
        var generator = SeededGenerator(seed: 1)
        for zeros in [0, 0, 1, 1, 2, 3, 100] {
            var bits = [UInt8](repeating: 1, count: 400)
            for _ in 0..<zeros { bits[generator.index(below: 400)] = 0 }
            let warm = result.encode(bits)
            #expect(qubo.energy(of: warm) == polynomial.energy(of: bits))
            // No auxiliary, flipped alone, gains anything.
            for place in polynomial.variables..<result.bits {
                var other = warm
                other[place] ^= 1
                #expect(qubo.energy(of: other) >= qubo.energy(of: warm))
            }
        }
    }

    /// The least over the auxiliaries, with all of them free, of terms just long enough to be halved.
    @Test func halvedTermsKeepTheLeast() throws {
        let count = 25
        let polynomial = try BinaryPolynomial(variables: count + 1, vartype: .binary, terms: [(3, Array(0..<count)), (-1, [0]), (2, Array(1...count))])
        let result = try polynomial.quadratised()
        let qubo = try result.qubo()
        for fixed in [[], [0], [3], [25], [0, 25]] {
            var bits = [UInt8](repeating: 1, count: count + 1)
            for place in fixed { bits[place] = 0 }
            let values = Dictionary(uniqueKeysWithValues: bits.enumerated().map { ($0.offset, $0.element) })
            let free = try qubo.fixing(values)
            let solved = try ExactSolver().sample(free.model, seed: 1)
            #expect(solved.stopReason == .optimal && solved.first.energy == polynomial.energy(of: bits))
        }
    }
}
