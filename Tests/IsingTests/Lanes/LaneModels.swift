import BitCore
import Ising

/// Small models for the engines that anneal many replicas.
enum LaneModels {
    /// Each pair coupled with the given probability by an integer of ±1 … ±weight, fields likewise.
    static func random(_ variables: Int, density: Double, weight: Int = 1, field: Int = 0, seed: UInt64) throws -> IntegerModel {
        var generator = SeededGenerator(seed: seed)
        var builder = try ModelBuilder(variables: variables, vartype: .spin)
        func value(_ limit: Int) -> Double {
            let magnitude = 1 + generator.index(below: limit)
            return Double(generator.index(below: 2) == 0 ? magnitude : -magnitude)
        }
        for i in 0..<variables {
            if field > 0 { try builder.add(linear: i, value(field)) }
            for j in (i + 1)..<max(variables, i + 1) where Double(generator.uniform()) < density { try builder.add(coupling: i, j, value(weight)) }
        }
        return IntegerModel(IsingModel(terms: try builder.terms()))
    }

    /// A torus of ±1 couplings.
    static func torus(_ side: Int, seed: UInt64) throws -> IntegerModel {
        var generator = SeededGenerator(seed: seed)
        var builder = try ModelBuilder(variables: side * side, vartype: .spin)
        for row in 0..<side {
            for column in 0..<side {
                let here = row * side + column
                for there in [row * side + (column + 1) % side, (row + 1) % side * side + column] {
                    try builder.add(coupling: here, there, generator.index(below: 2) == 0 ? 1 : -1)
                }
            }
        }
        return IntegerModel(IsingModel(terms: try builder.terms()))
    }

    /// exp(−beta·E) / Z of all assignments, bit v of the index being variable v.
    static func boltzmann(_ model: IntegerModel, beta: Double) -> [Double] {
        let weights = (0..<(1 << model.variables)).map { index in
            let spins = (0..<model.variables).map { Int8(index >> $0 & 1 == 1 ? 1 : -1) }
            return exponential(-beta * Double(model.integerEnergy(of: spins)))
        }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// Σ (observed − expected)² / expected.
    static func chiSquare(_ counts: [Int], _ probabilities: [Double]) -> Double {
        let total = Double(counts.reduce(0, +))
        return zip(counts, probabilities).reduce(0) { $0 + (Double($1.0) - total * $1.1) * (Double($1.0) - total * $1.1) / (total * $1.1) }
    }

    /// By its series: no Foundation, and good enough for a test.
    private static func exponential(_ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for k in 1..<40 {
            term *= x / 64 / Double(k)
            sum += term
        }
        for _ in 0..<6 { sum *= sum }
        return sum
    }
}
