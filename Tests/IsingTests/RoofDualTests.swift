import BitCore
import Foundation
import Ising
import Testing

@Suite struct RoofDualTests {
    @Test(arguments: 0..<10)
    func boundsHoldAndValuesPersist(variables: Int) throws {
        var (decided, weak) = (0, 0)
        for seed in 0..<120 as Range<UInt64> {
            let step = [1, 0.5, nil][Int(seed % 3)]
            let model = try sparseModel(
                variables, edges: variables * (1 + Int(seed % 4)) / 2, step: step, fields: [0, 0.5, 1][Int(seed / 3 % 3)], seed: seed)
            let dual = model.roofDual()
            let energies = assignments(variables).map { ($0.spins, model.energy(of: $0.spins)) }
            let least = model.optimum
            #expect(dual.isComplete && dual.bound <= least)
            let optima = energies.filter { $0.1 <= least + (step == nil ? 1e-12 : 0) }.map(\.0)
            #expect(optima.contains { optimum in (0..<variables).allSatisfy { dual.values[$0] == 0 || dual.values[$0] == optimum[$0] } })
            for variable in 0..<variables where dual.isStrong[variable] {
                #expect(dual.values[variable] != 0 && optima.allSatisfy { $0[variable] == dual.values[variable] })
            }
            // The bound of a model all of whose variables are decided is its optimum.
            if dual.decided == variables, step != nil { #expect(dual.bound == least) }
            decided += dual.decided
            weak += (0..<variables).count { dual.values[$0] != 0 && !dual.isStrong[$0] }
        }
        if variables > 1 { #expect(decided > 100 && weak > 10) }
    }

    @Test func submodularModelsAreSolved() throws {
        // Ferromagnets in a field: the roof dual is a minimum cut.
        for seed in 0..<20 as Range<UInt64> {
            let random = try sparseModel(10, edges: 20, step: 1, fields: 1, seed: seed)
            let couplings = random.terms.weights.indices.map {
                (Int(random.terms.first[$0]), Int(random.terms.second[$0]), -abs(random.terms.weights[$0]))
            }
            let model = try IsingModel(fields: random.terms.linear, couplings: couplings, offset: 1)
            let dual = model.roofDual()
            #expect(dual.decided == 10 && dual.bound == model.optimum && model.energy(of: dual.values) == model.optimum)
        }
    }

    @Test func aLimitOfStepsLeavesABound() throws {
        let model = try sparseModel(200, edges: 500, step: 1, fields: 1, seed: 1)
        let (whole, short) = (model.roofDual(), model.roofDual(stepLimit: 3000))
        #expect(whole.isComplete && !short.isComplete && short.decided == 0 && short.bound <= whole.bound)
        #expect(model.roofDual(stepLimit: 0).bound <= short.bound)
    }

    @Test func emptyModels() throws {
        let dual = try IsingModel(fields: [], offset: 3).roofDual()
        #expect(dual.bound == 3 && dual.values.isEmpty && dual.isComplete)
        #expect(try IsingModel(fields: [0]).roofDual().values == [-1] || IsingModel(fields: [0]).roofDual().values == [1])
    }
}

private let folder = ProcessInfo.processInfo.environment["SPINFLIP_DATA"] ?? ""

@Suite(.enabled(if: FileManager.default.fileExists(atPath: folder + "/gset/G1.txt")))
struct PublishedReductionTests {
    /// G70 is a random graph of mean degree 2: trees and chains hang from its core. Grids and dense graphs have nothing to take off.
    @Test(arguments: [("G70", 10000, 2164, 1464), ("G60", 7000, 6073, 5155), ("G1", 800, 800, 800)])
    func gset(name: String, nodes: Int, remaining: Int, ofDegree3: Int) throws {
        guard let problem = try? Problem.read("\(folder)/gset/\(name).txt"), case .ising(let model) = problem.model else { return }
        let reduction = try model.reduced()
        #expect(model.variables == nodes && reduction.model.variables == remaining)
        // Rules that keep integers keep these couplings at -1 and +1.
        #expect(reduction.model.terms.isIntegral && reduction.model.terms.report.dynamicRange == 1)
        var generator = SeededGenerator(seed: 1)
        let spins = (0..<reduction.model.variables).map { _ in Int8(generator.index(below: 2) == 1 ? 1 : -1) }
        #expect(model.energy(of: reduction.expand(spins)) == reduction.model.energy(of: spins))
        var options = ReductionOptions()
        options.greatestDegree = 3
        #expect(try model.reduced(options).model.variables == ofDegree3)
    }
}
