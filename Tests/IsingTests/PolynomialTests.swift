import BitCore
import Ising
import Testing

/// Terms for a small polynomial, with variables repeated and products given twice: integers, halves or numbers of full precision.
func randomTerms(_ variables: Int, degree: Int, count: Int, step: Double?, seed: UInt64) -> [(Double, [Int])] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
        let product = variables == 0 ? [] : (0..<generator.index(below: degree + 1)).map { _ in generator.index(below: variables) }
        let value = step.map { Double(generator.index(below: 21) - 10) * $0 } ?? Double(generator.uniform()) * 1.7 - 0.9
        return (value, product)
    }
}

@Suite struct PolynomialTests {
    static let steps: [Double?] = [1, 0.5, nil]

    @Test(arguments: 0..<7, Vartype.allCases)
    func energiesFollowTheFormula(variables: Int, vartype: Vartype) throws {
        for seed in 0..<24 as Range<UInt64> {
            let step = Self.steps[Int(seed % 3)]
            let terms = randomTerms(variables, degree: 6, count: 15, step: step, seed: seed)
            let polynomial = try BinaryPolynomial(variables: variables, vartype: vartype, terms: terms)
            checkForm(polynomial)
            let other = try polynomial.converted(to: vartype == .spin ? .binary : .spin)
            checkForm(other)
            let bounds = polynomial.bounds
            for (spins, bits) in assignments(variables) {
                let values = vartype == .spin ? spins.map(Double.init) : bits.map(Double.init)
                let expected = terms.reduce(0) { $0 + $1.1.reduce($1.0) { $0 * values[$1] } }
                let slack = step == nil ? 1e-11 : 0
                #expect(abs(polynomial.energy(of: bits) - expected) <= slack)
                #expect(polynomial.energy(of: spins) == polynomial.energy(of: bits))
                #expect(abs(other.energy(of: bits) - expected) <= slack)
                #expect(bounds.lowerBound - slack <= expected && expected <= bounds.upperBound + slack)
            }
            if step != nil {
                #expect(try other.converted(to: vartype) == polynomial)
                #expect(polynomial.unit != nil && other.unit != nil)
            }
            if step == 1 { #expect(polynomial.isIntegral && (vartype == .binary || other.isIntegral)) }
        }
    }

    private func checkForm(_ polynomial: BinaryPolynomial) {
        var previous: (Int, [Int32]) = (-1, [])
        for term in 0..<polynomial.terms {
            let product = Array(polynomial.indices[polynomial.term(term)])
            #expect(zip(product, product.dropFirst()).allSatisfy { $0 < $1 })
            #expect(polynomial.coefficients[term] != 0)
            #expect(previous.0 < product.count || (previous.0 == product.count && previous.1.lexicographicallyPrecedes(product)))
            previous = (product.count, product)
        }
        #expect(polynomial.degree == Swift.max(previous.0, 0))
    }

    @Test func termsAreSummedAndFolded() throws {
        let terms: [(Double, [Int])] = [(2, [2, 0, 2]), (1, [1, 0]), (3, [0, 1]), (5, [1, 1]), (-5, [1]), (4, [])]
        var bits = try PolynomialBuilder(variables: 3, vartype: .binary)
        var spins = try PolynomialBuilder(variables: 3, vartype: .spin)
        for (value, product) in terms {
            try bits.add(value, product)
            try spins.add(value, product)
        }
        let ofBits = try bits.polynomial()
        #expect(ofBits.coefficients == [4, 4, 2] && ofBits.starts == [0, 0, 2, 4] && ofBits.indices == [0, 1, 0, 2])
        #expect(bits.summed == 2 && bits.folded == 2)
        let ofSpins = try spins.polynomial()
        #expect(ofSpins.coefficients == [9, 2, -5, 4] && ofSpins.indices == [0, 1, 0, 1] && ofSpins.offset == 9)
        #expect(spins.summed == 2 && spins.folded == 2)
        // Again, with one term more.
        try spins.add(-4, [1, 0])
        #expect(try spins.polynomial().coefficients == [9, 2, -5])
    }

    @Test(arguments: 0..<6, Vartype.allCases)
    func quadraticModelsComeAndGo(variables: Int, vartype: Vartype) throws {
        let (linear, couplings, offset) = randomParts(variables, step: 0.5, seed: 3)
        if vartype == .spin {
            let model = try IsingModel(fields: linear, couplings: couplings, offset: offset)
            let polynomial = try BinaryPolynomial(model)
            #expect(try polynomial.ising() == model.droppingZeros() && polynomial.qubo() == model.droppingZeros().qubo())
        } else {
            let model = try QUBO(diagonal: linear, couplings: couplings, offset: offset)
            let polynomial = try BinaryPolynomial(model)
            for (_, bits) in assignments(variables) {
                #expect(try polynomial.qubo().energy(of: bits) == model.energy(of: bits) && polynomial.energy(of: bits) == model.energy(of: bits))
            }
        }
    }

    @Test func badTermsAreRefused() throws {
        var builder = try PolynomialBuilder(variables: 3, vartype: .spin)
        #expect(throws: ProblemError.variableOutOfRange(3, variables: 3)) { try builder.add(1, [0, 3]) }
        #expect(throws: ProblemError.variableOutOfRange(-1, variables: 3)) { try builder.add(1, [-1]) }
        #expect(throws: ProblemError.notFinite(.term([2, 1]))) { try builder.add(.nan, [2, 1]) }
        #expect(try builder.polynomial().terms == 0)
        #expect(throws: ProblemError.variableCount(-1, limit: QuadraticTerms.variableLimit)) { try PolynomialBuilder(variables: -1, vartype: .spin) }
        #expect(throws: ProblemError.overflow(.term([0, 1]))) {
            try BinaryPolynomial(variables: 2, vartype: .spin, terms: [(1e308, [0, 1]), (1e308, [1, 0])])
        }
        #expect(throws: ProblemError.overflow(.energy)) { try BinaryPolynomial(variables: 2, vartype: .spin, terms: [(1e308, [0]), (1e308, [1])]) }
        let cubic = try BinaryPolynomial(variables: 3, vartype: .spin, terms: [(1, [0, 1, 2])])
        #expect(throws: ProblemError.degree(3, limit: 2)) { try cubic.ising() }
        #expect(throws: ProblemError.tooManyTerms(limit: 7)) { try cubic.converted(to: .binary, termLimit: 7) }
        let long = try BinaryPolynomial(variables: 100, vartype: .spin, terms: [(1, Array(0..<100))])
        #expect(throws: ProblemError.tooManyTerms(limit: 20_000_000)) { try long.converted(to: .binary) }
        let large = try BinaryPolynomial(variables: 1, vartype: .spin, terms: [(1e308, [0])])
        #expect(throws: ProblemError.overflow(.term([0]))) { try large.converted(to: .binary) }
    }

    @Test(arguments: Vartype.allCases, LinearConstraint.Sense.allCases)
    func constraintsHoldWhereTheyShould(vartype: Vartype, sense: LinearConstraint.Sense) throws {
        let terms = [(2, 1.0), (0, -2.5), (2, 2.0), (3, 0.0)]
        let constraint = try LinearConstraint(terms, sense, 0.5, label: "c")
        #expect(constraint.variables == [0, 2] && constraint.coefficients == [-2.5, 3] && constraint.unit == 0.5 && constraint.tolerance == 0)
        let model = try ConstrainedModel(objective: BinaryPolynomial(variables: 4, vartype: vartype, terms: [(1, [0, 1, 2])]), constraints: [constraint])
        let other = try model.converted(to: vartype == .spin ? .binary : .spin)
        let range = constraint.activities(vartype: vartype)
        for (spins, bits) in assignments(4) {
            let values = vartype == .spin ? spins.map(Double.init) : bits.map(Double.init)
            let activity = 3 * values[2] - 2.5 * values[0]
            let expected =
                switch sense {
                case .atMost: max(0, activity - 0.5)
                case .equal: abs(activity - 0.5)
                case .atLeast: max(0, 0.5 - activity)
                }
            let evaluation = model.evaluate(bits)
            #expect(evaluation.violations == [expected] && evaluation.isFeasible == (expected == 0) && evaluation.violated == (expected > 0 ? 1 : 0))
            #expect(evaluation.energy == model.objective.energy(of: bits))
            #expect(other.evaluate(bits) == evaluation)
            #expect(range.contains(activity))
        }
        #expect(try other.converted(to: vartype) == model)
    }

    @Test func badConstraintsAreRefused() throws {
        #expect(throws: ProblemError.variableOutOfRange(-1, variables: QuadraticTerms.variableLimit)) { try LinearConstraint([(-1, 1)], .equal, 0) }
        #expect(throws: ProblemError.notFinite(.constraint)) { try LinearConstraint([(0, .nan)], .equal, 0) }
        #expect(throws: ProblemError.notFinite(.constraint)) { try LinearConstraint([(0, 1)], .equal, .infinity) }
        #expect(throws: ProblemError.overflow(.constraint)) { try LinearConstraint([(0, 1e308), (1, 1e308)], .equal, 0) }
        let objective = try BinaryPolynomial(variables: 2, vartype: .spin, terms: [])
        #expect(throws: ProblemError.variableOutOfRange(2, variables: 2)) {
            try ConstrainedModel(objective: objective, constraints: [LinearConstraint([(2, 1)], .equal, 0)])
        }
        // Thirds do not sum to 1 exactly; what rounding makes is no violation.
        let thirds = try LinearConstraint([(0, 1.0 / 3), (1, 0.1), (2, 2.0 / 3 - 0.1)], .equal, 1)
        #expect(thirds.unit == nil || thirds.tolerance == 0)
        #expect(thirds.violation(activity: 1 + 1e-15) == 0 && thirds.violation(activity: 1 + 1e-9) > 0)
    }
}

extension IsingModel {
    func droppingZeros() throws -> IsingModel {
        let kept = terms.weights.indices.filter { terms.weights[$0] != 0 }
        return try IsingModel(
            fields: terms.linear, couplings: kept.map { (Int(terms.first[$0]), Int(terms.second[$0]), terms.weights[$0]) }, offset: terms.offset)
    }
}
