public import BitCore
public import Ising

/// Random models for tests.
public enum RandomIsing {
    private static func coefficient(_ range: Int, _ generator: inout SeededGenerator) -> Double {
        // Never 0, so that the structure is what was asked for.
        let value = Double(1 + generator.index(below: range))
        return generator.next() & 1 == 0 ? value : -value
    }

    /// All pairs coupled, integers from 1 to `range` in magnitude.
    public static func dense(_ variables: Int, range: Int, fields: Bool, _ generator: inout SeededGenerator) throws -> IsingModel {
        try sparse(variables, density: 1, range: range, fields: fields, &generator)
    }

    /// Each pair coupled with a probability.
    public static func sparse(
        _ variables: Int, density: Float, range: Int, fields: Bool, _ generator: inout SeededGenerator
    ) throws -> IsingModel {
        var couplings: [(Int, Int, Double)] = []
        for i in 0..<variables {
            for j in 0..<i where generator.uniform() < density { couplings.append((j, i, coefficient(range, &generator))) }
        }
        let own = (0..<variables).map { _ in fields ? coefficient(range, &generator) : 0 }
        return try IsingModel(fields: own, couplings: couplings)
    }

    /// A rectangular lattice of ±1 with open ends.
    public static func grid(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) throws -> IsingModel {
        var couplings: [(Int, Int, Double)] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let here = row * columns + column
                if column + 1 < columns { couplings.append((here, here + 1, coefficient(1, &generator))) }
                if row + 1 < rows { couplings.append((here, here + columns, coefficient(1, &generator))) }
            }
        }
        return try IsingModel(fields: [Double](repeating: 0, count: rows * columns), couplings: couplings)
    }

    /// Every variable hangs on an earlier one.
    public static func tree(_ variables: Int, _ generator: inout SeededGenerator) throws -> IsingModel {
        var couplings: [(Int, Int, Double)] = []
        for variable in 1..<variables { couplings.append((generator.index(below: variable), variable, coefficient(3, &generator))) }
        return try IsingModel(fields: [Double](repeating: 0, count: variables), couplings: couplings)
    }
}
