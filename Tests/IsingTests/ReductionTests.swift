import BitCore
import Foundation
import Ising
import Testing

/// A sparse model: `edges` couplings, values multiples of `step` or of full precision, fields of some variables.
func sparseModel(_ variables: Int, edges: Int, step: Double?, fields: Double, seed: UInt64) throws -> IsingModel {
    var generator = SeededGenerator(seed: seed)
    func value() -> Double { step.map { Double(generator.index(below: 9) - 4) * $0 } ?? Double(generator.uniform()) * 2 - 1 }
    let linear = (0..<variables).map { _ in Double(generator.uniform()) < fields ? value() : 0 }
    let couplings = (0..<(variables > 1 ? edges : 0)).map { _ in
        let i = generator.index(below: variables)
        let j = (i + 1 + generator.index(below: variables - 1)) % variables
        return (i, j, value())
    }
    return try IsingModel(fields: linear, couplings: couplings, offset: value())
}

extension IsingModel {
    var optimum: Double { assignments(variables).map { energy(of: $0.spins) }.min() ?? 0 }
}

@Suite struct ReductionTests {
    static let options: [ReductionOptions] = {
        var list: [ReductionOptions] = []
        for degree in 0...3 {
            for pairs in [false, true] {
                for roof in [false, true] {
                    var options = ReductionOptions()
                    (options.greatestDegree, options.pairs, options.roofDuality) = (degree, pairs, roof)
                    options.halvings = degree == 3 ? 2 : 6
                    list.append(options)
                }
            }
        }
        return list
    }()

    @Test(arguments: 0..<10, options)
    func optimaAreKeptAndExpanded(variables: Int, options: ReductionOptions) throws {
        for seed in 0..<24 as Range<UInt64> {
            let step = [1, 0.5, nil][Int(seed % 3)]
            let model = try sparseModel(
                variables, edges: variables * (1 + Int(seed % 4)) / 2, step: step, fields: [0, 0.3, 1][Int(seed / 3 % 3)], seed: seed)
            let reduction = try model.reduced(options)
            let slack = step == nil ? 1e-12 : 0
            #expect(abs(reduction.model.optimum - model.optimum) <= slack)
            #expect(reduction.model.variables == reduction.kept.count && reduction.sourceVariables == variables)
            for (spins, bits) in assignments(reduction.model.variables) {
                let expanded = reduction.expand(spins)
                #expect(abs(model.energy(of: expanded) - reduction.model.energy(of: spins)) <= slack)
                #expect(reduction.restrict(expanded) == spins)
                #expect(reduction.expand(bits: bits) == expanded.map { $0 == 1 ? 1 : 0 })
            }
            if let unit = model.terms.unit {
                let finest = options.greatestDegree < 2 ? unit : unit * (options.greatestDegree == 3 ? 0.25 : 0.015625)
                #expect((reduction.model.terms.unit ?? 0) >= finest)
            }
        }
    }

    @Test func rulesByName() throws {
        // The field decides; then the neighbour's.
        let field = try IsingModel(fields: [3, 0], couplings: [(0, 1, -3)], offset: 1).reduced()
        #expect(field.steps == [.fixed(0, -1), .fixed(1, -1)] && field.isSolved && field.model.terms.offset == -5)
        // A tree without fields, and a chain whose ends are pulled apart.
        let tree = try IsingModel(fields: [0, 0, 0, 0], couplings: [(0, 1, 1), (1, 2, -2), (1, 3, 4)]).reduced()
        #expect(tree.isSolved && tree.model.terms.offset == -7)
        // An odd triangle of equal couplings: pairs dominate.
        let triangle = try IsingModel(fields: [0, 0, 0], couplings: [(0, 1, 1), (1, 2, 1), (0, 2, 1)]).reduced()
        #expect(triangle.isSolved && triangle.model.terms.offset == -1)
        // No rule of pairs: degree 2 is eliminated, to halves.
        var options = ReductionOptions()
        (options.pairs, options.roofDuality) = (false, false)
        let wheel = try IsingModel(fields: [1, 0, 0], couplings: [(0, 1, 1), (0, 2, 1), (1, 2, 3)])
        let eliminated = try wheel.reduced(options)
        #expect(eliminated.steps.first == .eliminated(0, field: 1, neighbours: [2, 1], weights: [1, 1]))
        #expect(eliminated.isSolved && eliminated.model.terms.offset == wheel.optimum)
        // Nothing to take hold of: four spins, all couplings alike.
        let complete = try IsingModel(fields: [0, 0, 0, 0], couplings: [(0, 1, 1), (0, 2, 1), (0, 3, 1), (1, 2, 1), (1, 3, 1), (2, 3, 1)])
        #expect(try complete.reduced().model == complete)
        options.greatestDegree = 3
        #expect(try complete.reduced(options).isSolved)
        options.halvings = 0
        #expect(try complete.reduced(options).model == complete)
    }

    @Test(arguments: 1..<8)
    func fixing(variables: Int) throws {
        let model = try sparseModel(variables, edges: 2 * variables, step: 0.5, fields: 1, seed: 3)
        let values = Dictionary(uniqueKeysWithValues: (0..<variables).filter { $0 % 3 != 1 }.map { ($0, Int8($0 % 2 == 0 ? 1 : -1)) })
        let reduction = try model.fixing(values)
        #expect(reduction.model.variables == variables - values.count)
        for (spins, _) in assignments(reduction.model.variables) {
            let expanded = reduction.expand(spins)
            #expect(values.allSatisfy { expanded[$0.key] == $0.value })
            #expect(model.energy(of: expanded) == reduction.model.energy(of: spins))
        }
        let qubo = try QUBO(diagonal: model.terms.linear, couplings: [(0, variables - 1, 3)], offset: 2)
        let bits = try qubo.fixing([0: 1])
        for (spins, free) in assignments(variables - 1) {
            #expect(qubo.energy(of: bits.expand(bits: free)) == bits.model.energy(of: spins) && bits.expand(bits: free)[0] == 1)
        }
        #expect(throws: ProblemError.variableOutOfRange(variables, variables: variables)) { try model.fixing([variables: 1]) }
    }

    @Test func reductionsCompose() throws {
        for seed in 0..<40 as Range<UInt64> {
            let model = try sparseModel(9, edges: 12, step: 1, fields: 0.5, seed: seed)
            var options = ReductionOptions()
            (options.pairs, options.roofDuality) = (false, false)
            options.greatestDegree = 1
            let first = try model.reduced(options)
            let both = first.followed(by: try first.model.reduced())
            #expect(both.model.optimum == model.optimum)
            for (spins, _) in assignments(both.model.variables) { #expect(model.energy(of: both.expand(spins)) == both.model.energy(of: spins)) }
        }
    }

    @Test func componentsSplitAndMerge() throws {
        for seed in 0..<40 as Range<UInt64> {
            let model = try sparseModel(8, edges: 4, step: 1, fields: 0.5, seed: seed)
            let components = try Components(of: model)
            #expect(components.parts.count == model.terms.report.components)
            #expect(components.parts.map(\.variables).flatMap(\.self).sorted() == (0..<8).map(Int32.init))
            #expect(components.parts.allSatisfy { $0.model.terms.report.components == 1 })
            for (spins, _) in assignments(8) {
                let parts = components.split(spins)
                #expect(components.merge(parts) == spins)
                let sum = zip(components.parts, parts).reduce(components.offset) { $0 + $1.0.model.energy(of: $1.1) }
                #expect(sum == model.energy(of: spins))
            }
        }
        #expect(try Components(of: IsingModel(fields: [], offset: 2)).parts.isEmpty)
    }

    /// Long chains, stars and grids: fast, and exact against known optima.
    @Test func largeSparseModels() throws {
        let chain = try IsingModel(
            fields: [Double](repeating: 0, count: 100_000), couplings: (0..<99_999).map { ($0, $0 + 1, $0 % 3 == 0 ? 1 : -2) })
        #expect(try chain.reduced().model.terms.offset == -chain.terms.weights.reduce(0) { $0 + abs($1) })
        let star = try IsingModel(fields: [Double](repeating: 0.5, count: 50_001), couplings: (1...50_000).map { (0, $0, 1) })
        let solved = try star.reduced()
        // The centre against all others.
        #expect(solved.isSolved && solved.model.terms.offset == -50_000 - 25_000 + 0.5)
        let dual = star.roofDual()
        #expect(dual.isComplete && dual.bound <= solved.model.terms.offset)
    }

    /// Every variable but the first follows the one before it, and all are coupled to all: hundreds of merges of rows of hundreds.
    @Test func denseModelsAreMerged() throws {
        let count = 300
        var generator = SeededGenerator(seed: 2)
        var couplings: [(Int, Int, Double)] = []
        for i in 0..<count {
            for j in 0..<i { couplings.append((i, j, j == i - 1 ? -4e6 : Double(generator.index(below: 9) - 4))) }
        }
        let model = try IsingModel(fields: [Double](repeating: 1, count: count), couplings: couplings)
        var options = ReductionOptions()
        options.roofDuality = false
        let reduction = try model.reduced(options)
        #expect(reduction.isSolved)
        #expect(model.energy(of: reduction.expand([Int8]())) == reduction.model.terms.offset)
    }
}
