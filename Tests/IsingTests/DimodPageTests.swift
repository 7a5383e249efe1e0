import Foundation
import Ising
import Testing

/// The code of `Documentation/dimod.md`: compiled and run here, and every line of the page is looked up in this file.
@Suite struct DimodPageTests {
    @Test func models() throws {
        let model = try IsingModel(fields: [0.5, 0, -1], couplings: [(0, 1, 1), (1, 2, -1)], offset: 2)
        let energy = model.energy(of: [1, -1, -1])
        let qubo = try model.qubo()
        #expect(energy == 1.5 && qubo.energy(of: [1, 0, 0]) == 1.5)
        var builder = try ModelBuilder(variables: 3, vartype: .binary)
        try builder.add(linear: 0, -1)
        try builder.add(coupling: 0, 2, 2)
        let built = QUBO(terms: try builder.terms())
        #expect(built.energy(of: [1, 1, 1]) == 1)
        let fixed = try model.fixing([2: 1])
        let whole = fixed.expand([1, -1])
        #expect(whole == [1, -1, 1] && fixed.model.energy(of: [1, -1]) == model.energy(of: whole))
        let parts = try Components(of: model).parts
        let reduction = try model.reduced()
        let bound = model.roofDual().bound
        #expect(parts.count == 1 && reduction.isSolved && bound == model.optimum && reduction.model.terms.offset == bound)
    }

    @Test func constraints() throws {
        let cubic = try BinaryPolynomial(variables: 3, vartype: .binary, terms: [(-1, [0, 1, 2]), (2, [0, 1])])
        let atMostTwo = try LinearConstraint([(0, 1), (1, 1), (2, 1)], .atMost, 2, label: "at most two")
        let constrained = try ConstrainedModel(objective: cubic, constraints: [atMostTwo])
        let isFeasible = constrained.evaluate([1, 1, 1]).isFeasible
        let quadratised = try constrained.quadratised()
        let bits = quadratised.decode(quadratised.encode([1, 1, 0]))
        let penaltyShare = try quadratised.report().penaltyShare
        let solution = try PolynomialAnnealing().sample(constrained, seed: 1).first
        #expect(solution.isFeasible && solution.energy == 0)
        #expect(!isFeasible && bits == [1, 1, 0] && (penaltyShare ?? 0) > 0.5)
        #expect(try constrained.quadratised(strengths: .uniform(5)).constraintStrengths == [5])
    }

    @Test func samples() throws {
        let model = try IsingModel(fields: [0.5, 0, -1], couplings: [(0, 1, 1), (1, 2, -1)], offset: 2)
        let control = SamplingControl(timeLimit: 10, target: -5)
        let set = try ExactSolver().sample(model, seed: 1, control: control)
        let best = set.first.energy
        let spins = set.first.spins.spins
        #expect(best == model.optimum && model.energy(of: spins) == best)
    }

    @Test func files() throws {
        let model = try IsingModel(fields: [0.5, 0, -1], couplings: [(0, 1, 1), (1, 2, -1)], offset: 2)
        let problem = Problem(.ising(model), labels: [.text("a"), .text("b"), .tuple([.integer(0), .integer(1)])])
        let file = try problem.bytes(as: .bqm, name: "model.bqm")
        let read = try Problem(file, name: "model.bqm")
        #expect(read == problem)
    }

    /// Of the page, and of the chapters of the module's README whose code stands here.
    @Test func everyLineOfThePageStandsHere() throws {
        let here = try String(contentsOfFile: #filePath, encoding: .utf8).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "Documentation/dimod.md"), encoding: .utf8)
        let blocks = page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 && $0.element.hasPrefix("swift\n") }
        #expect(blocks.count == 4)
        for block in blocks {
            for line in block.element.dropFirst(6).split(separator: "\n") { #expect(here.contains(String(line)), "\(line)") }
        }
    }
}
