import BitCore
import Ising
import Testing

/// Files of problems with constraints and terms of any degree.
@Suite struct ConstrainedFormatTests {
    static func problem(vartype: Vartype, degree: Int = 4, labels: [VariableLabel]? = nil) throws -> ConstrainedProblem {
        let objective = try BinaryPolynomial(
            variables: 4, vartype: vartype,
            terms: randomTerms(4, degree: Swift.min(degree, 3), count: 12, step: 0.25, seed: 9) + [(0.75, Array(0..<degree))])
        let constraints = [
            try LinearConstraint([(0, 1), (3, -0.1)], .atMost, 0.5, label: "first"), try LinearConstraint([(1, 2), (2, 3)], .equal, 1),
            try LinearConstraint([], .atLeast, -1, label: "a b"),
        ]
        return ConstrainedProblem(try ConstrainedModel(objective: objective, constraints: constraints), scale: -0.5, shift: 3, labels: labels)
    }

    @Test(arguments: Vartype.allCases)
    func jsonReadsBack(vartype: Vartype) throws {
        let problem = try Self.problem(vartype: vartype, labels: [.text("a"), .integer(3), .tuple([.integer(1), .real(0.5)]), .text("d")])
        let bytes = try problem.bytes(as: .json, name: "p")
        #expect(try ConstrainedProblem(bytes, name: "p") == problem)
        #expect(try ConstrainedProblem(bytes, name: "p", sense: .max) == problem)
        #expect(throws: ProblemFileError("p", .otherSense(said: .max, asked: .min))) { try ConstrainedProblem(bytes, name: "p", sense: .min) }
        #expect(throws: ProblemFileError("p", .hasConstraints(3))) { try Problem(bytes, name: "p") }
        let objective = ConstrainedProblem(try ConstrainedModel(objective: problem.model().objective))
        #expect(throws: ProblemFileError("p", .model(.degree(4, limit: 2)))) { try Problem(objective.bytes(as: .json, name: "p"), name: "p") }
        for format in ProblemFormat.allCases where format != .json && format != .qplib {
            #expect(throws: ProblemFileError("p", .cannotHold(format: format, what: "constraints"))) { try problem.bytes(as: format, name: "p") }
        }
        #expect(throws: ProblemFileError("p", .cannotHold(format: .qplib, what: "terms of degree 4"))) { try problem.bytes(as: .qplib, name: "p") }
    }

    /// What is quadratic and free stays a `Problem`, in every format.
    @Test func quadraticProblemsStayWhatTheyAre() throws {
        let problem = Problem(.ising(try IsingModel(fields: [1, 0, -2], couplings: [(0, 1, 0.5), (1, 2, 0)], offset: 7)), scale: -1, shift: 2)
        #expect(ConstrainedProblem(problem).quadratic == problem)
        for format in [ProblemFormat.json, .coo, .bqm, .qubo, .qplib] {
            let bytes = try ConstrainedProblem(problem).bytes(as: format, name: "p")
            #expect(try bytes == problem.bytes(as: format, name: "p"))
            #expect(try ConstrainedProblem(bytes, name: "p", format: format).quadratic == Problem(bytes, name: "p", format: format))
        }
        let general = ConstrainedProblem(try ConstrainedProblem(problem).model(), scale: -1, shift: 2)
        let quadratic = try #require(general.quadratic)
        for (_, bits) in assignments(3) { #expect(FormatTests.objective(quadratic, bits) == FormatTests.objective(problem, bits)) }
        // Version 2 of a problem that version 1 could hold.
        let text = """
            {"type":"spinflip problem","version":2,"vartype":"binary","variables":2,"objective":{"scale":1,"shift":0},\
            "terms":{"starts":[0,0,1,3,5],"indices":[1,0,1,1,0],"coefficients":[4,-1,2,0.5]},"constraints":[]}
            """
        #expect(try Problem(Array(text.utf8), name: "p").model == .qubo(try QUBO(diagonal: [0, -1], couplings: [(0, 1, 2.5)], offset: 4)))
    }

    static let document = """
        {"type":"spinflip problem","version":2,"vartype":"spin","variables":3,"objective":{"scale":1,"shift":0},\
        "terms":{"starts":[0,3,4],"indices":[0,1,2,2],"coefficients":[4,-1]},\
        "constraints":[{"variables":[0,2],"coefficients":[1,2.5],"sense":"<=","bound":2}]}
        """

    static let damages: [(String, String)] = [
        ("\"version\":2", "\"version\":3"), ("\"variables\":3", "\"variables\":2"), ("\"variables\":3", "\"variables\":-1"),
        ("\"variables\":3", "\"variables\":2000000000"), ("\"variables\":3", "\"variables\":9e99"), ("[0,3,4]", "[0,3]"), ("[0,3,4]", "[0,5,4]"),
        ("[0,3,4]", "[1,3,4]"), ("[0,3,4]", "[0,3,3]"), ("[0,1,2,2]", "[0,1,3,2]"), ("[0,1,2,2]", "[0,1,-2,2]"), ("[4,-1]", "[4,null]"),
        ("\"<=\"", "\"<\""), ("\"bound\":2", "\"bond\":2"), ("[0,2],", "[0,3],"), ("[1,2.5]", "[1]"), ("\"bound\":2", "\"bound\":2,\"label\":3"),
        ("\"constraints\":[", "\"constraints\":[3,"), ("\"terms\"", "\"term\""), ("\"scale\":1", "\"scale\":0"),
    ]

    @Test(arguments: damages.indices)
    func malformedDocumentsAreRefused(_ index: Int) throws {
        #expect(try ConstrainedProblem(Array(Self.document.utf8), name: "p").constraints.count == 1)
        let text = Self.document.replacing(Self.damages[index].0, with: Self.damages[index].1)
        #expect(text != Self.document)
        let error = try #require(throws: ProblemFileError.self) { try ConstrainedProblem(Array(text.utf8), name: "p") }
        #expect(error.description.hasPrefix("p: "))
    }

    /// Constraint 1 bounded on both sides, 2 an equation, 3 at most, 4 free.
    static let qplib = """
        EXAMPLE
        QBL
        maximize
        3 # variables
        4 # constraints
        1
        2 1 -4
        0.0
        1
        3 1.5
        0.25
        5 # entries of constraints
        1 1 1
        1 2 2
        2 3 1
        3 1 -1
        3 3 1
        1.79769313486232E+308
        -1.79769313486232E+308
        2
        1 0.5
        2 1
        2.0
        2
        2 1
        4 1.79769313486232E+308
        0.0
        0
        0.0
        0
        0.0
        0
        0
        1
        2 exactly

        """

    @Test func qplibConstraintsAreRead() throws {
        let problem = try ConstrainedProblem(Array(Self.qplib.utf8), name: "p")
        #expect(
            problem.constraints == [
                try LinearConstraint([(0, 1), (1, 2)], .atLeast, 0.5), try LinearConstraint([(0, 1), (1, 2)], .atMost, 2),
                try LinearConstraint([(2, 1)], .equal, 1, label: "exactly"), try LinearConstraint([(0, -1), (2, 1)], .atMost, 2),
            ])
        #expect(problem.sense == .max)
        let model = try problem.model()
        for (_, bits) in assignments(3) {
            let x = bits.map(Double.init)
            #expect(problem.objective(energy: model.evaluate(bits).energy) == -2 * x[0] * x[1] + 1.5 * x[2] + 0.25)
        }
        #expect(throws: ProblemFileError("p", .hasConstraints(4))) { try Problem(Array(Self.qplib.utf8), name: "p") }
        let again = try ConstrainedProblem(problem.bytes(as: .qplib, name: "p"), name: "p")
        #expect(again == problem)
    }

    @Test(arguments: Vartype.allCases)
    func qplibIsWrittenFromEitherKindOfVariables(vartype: Vartype) throws {
        let problem = try Self.problem(vartype: vartype, degree: 2)
        let again = try ConstrainedProblem(problem.bytes(as: .qplib, name: "p"), name: "p")
        #expect(again.sense == .max && again.constraints.map(\.label) == ["first", nil, nil])
        let (model, read) = (try problem.model(), try again.model())
        for (_, bits) in assignments(4) {
            let (expected, found) = (model.evaluate(bits), read.evaluate(bits))
            #expect(again.objective(energy: found.energy) == problem.objective(energy: expected.energy))
            #expect(zip(found.violations, expected.violations).allSatisfy { abs($0 - $1) < 1e-12 })
        }
    }

    @Test func damagedFilesDoNotTrap() throws {
        var generator = SeededGenerator(seed: 8)
        for text in [Self.document, Self.qplib] {
            let bytes = Array(text.utf8)
            for length in bytes.indices {
                _ = try? ConstrainedProblem(Array(bytes[..<length]), name: "p")
                for _ in 0..<4 {
                    var changed = bytes
                    changed[length] = UInt8(generator.index(below: 256))
                    _ = try? ConstrainedProblem(changed, name: "p")
                }
            }
        }
    }
}
