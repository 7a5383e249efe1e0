import BitCore
import Ising
import Testing
import _TestSupport

@Suite struct PartitionCrossoverTests {
    private static func ring(_ count: Int, extra: Int, fields: Bool, seed: UInt64) throws -> IntegerModel {
        var generator = SeededGenerator(seed: seed)
        var builder = try ModelBuilder(variables: count, vartype: .spin)
        for variable in 0..<count {
            try builder.add(coupling: variable, (variable + 1) % count, Double(generator.index(below: 7) - 3))
            if fields { try builder.add(linear: variable, Double(generator.index(below: 5) - 2)) }
        }
        for _ in 0..<extra { try builder.add(coupling: generator.index(below: count), generator.index(below: count), Double(generator.index(below: 5) - 2)) }
        return IntegerModel(IsingModel(terms: try builder.terms()))
    }

    private static func random(_ count: Int, _ generator: inout SeededGenerator) -> PackedSpins {
        PackedSpins((0..<count).map { _ in generator.next() & 1 == 0 ? Int8(-1) : 1 })
    }

    /// Of all mixtures of the two parents by regions, found here by trying every one, the child is a best one.
    @Test(arguments: [false, true], [1 as UInt64, 2, 3, 4, 5])
    func theChildIsTheBestMixture(fields: Bool, seed: UInt64) throws {
        let count = 40
        let model = try Self.ring(count, extra: 2, fields: fields, seed: seed)
        var generator = SeededGenerator(seed: seed).split("parents")
        var crossover = PartitionCrossover(model)
        for _ in 0..<20 {
            let first = Self.random(count, &generator)
            var second = first
            // Few differences, so that there are few regions, and several.
            for _ in 0..<8 { second[generator.index(below: count)].toggle() }
            var child = first
            var energy = model.integerEnergy(of: first.spins)
            let outcome = crossover.improve(&child, energy: &energy, with: second, takesTies: false)
            #expect(energy == model.integerEnergy(of: child.spins))
            #expect(energy <= min(model.integerEnergy(of: first.spins), model.integerEnergy(of: second.spins)))
            let regions = Self.regions(model, first, second)
            #expect(outcome.regions == regions.count && outcome.largest == regions.map(\.count).max() ?? 0)
            var best = Int64.max
            for choice in 0..<(1 << regions.count) {
                var mixture = first.spins
                for (index, region) in regions.enumerated() where choice >> index & 1 == 1 { for variable in region { mixture[variable] *= -1 } }
                best = min(best, model.integerEnergy(of: mixture))
            }
            #expect(energy == best)
        }
    }

    /// Connected components of the variables that differ, by a plain search.
    private static func regions(_ model: IntegerModel, _ first: PackedSpins, _ second: PackedSpins) -> [[Int]] {
        var left = Set((0..<first.count).filter { first[$0] != second[$0] })
        var result: [[Int]] = []
        while let root = left.min() {
            var region = [root]
            left.remove(root)
            var head = 0
            while head < region.count {
                for place in model.starts[region[head]]..<model.starts[region[head] + 1] {
                    let neighbour = Int(model.neighbours[place])
                    if left.remove(neighbour) != nil { region.append(neighbour) }
                }
                head += 1
            }
            result.append(region)
        }
        return result
    }

    /// Without fields an assignment and its negative are the same: nothing is gained from it, and nothing lost.
    @Test func theNegativeOfAParentIsTheParent() throws {
        let model = try Self.ring(70, extra: 30, fields: false, seed: 9)
        var generator = SeededGenerator(seed: 10)
        let parent = Self.random(70, &generator)
        let negative = PackedSpins(parent.spins.map { -$0 })
        var child = parent
        var energy = model.integerEnergy(of: parent.spins)
        var crossover = PartitionCrossover(model)
        let outcome = crossover.improve(&child, energy: &energy, with: negative, takesTies: true)
        #expect(outcome == PartitionCrossover.Outcome() && child == parent)
    }

    /// Stopped anywhere, what has been taken is kept, the energy agrees, and the next use starts clean.
    @Test(arguments: [0, 1, 2, 3]) func canBeStopped(looks: Int) throws {
        let model = try Self.ring(40_000, extra: 10_000, fields: true, seed: 4)
        var generator = SeededGenerator(seed: 5)
        let (first, second) = (Self.random(40_000, &generator), Self.random(40_000, &generator))
        var crossover = PartitionCrossover(model)
        var child = first
        var energy = model.integerEnergy(of: first.spins)
        var left = looks
        _ = crossover.improve(&child, energy: &energy, with: second, takesTies: false) {
            left -= 1
            return left >= 0
        }
        #expect(left < 0 && energy == model.integerEnergy(of: child.spins))
        var fresh = PartitionCrossover(model)
        var (again, same) = (child, child)
        var (againEnergy, sameEnergy) = (energy, energy)
        let outcome = crossover.improve(&again, energy: &againEnergy, with: second, takesTies: false)
        #expect(outcome == fresh.improve(&same, energy: &sameEnergy, with: second, takesTies: false))
        #expect(again == same && againEnergy == sameEnergy && againEnergy == model.integerEnergy(of: again.spins))
    }

    @Test func equalRegionsAreTakenOnRequest() throws {
        // Two variables without terms: each is a region that changes nothing.
        let model = IntegerModel(try IsingModel(fields: [0, 0, 1]))
        let (first, second) = (PackedSpins([-1, -1, -1]), PackedSpins([1, 1, -1]))
        for takesTies in [false, true] {
            var child = first
            var energy: Int64 = -1
            var crossover = PartitionCrossover(model)
            _ = crossover.improve(&child, energy: &energy, with: second, takesTies: takesTies)
            #expect(child == (takesTies ? second : first) && energy == -1)
        }
    }
}
