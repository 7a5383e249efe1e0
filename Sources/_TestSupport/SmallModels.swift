internal import BitCore
public import Ising

/// Models small enough to look at every state, of every kind that solvers stumble over.
public enum SmallModels {
    public struct Case: Sendable, CustomStringConvertible {
        public let name: String
        public let model: IsingModel
        public var description: String { name }
    }

    public static let all: [Case] = {
        do { return try cases() } catch { preconditionFailure("a small model is wrong: \(error)") }
    }()

    private static func cases() throws -> [Case] {
        var generator = SeededGenerator(seed: 2026)
        func make(_ name: String, _ model: IsingModel) -> Case { Case(name: name, model: model) }
        func reals(_ variables: Int, _ scale: Double) throws -> IsingModel {
            var couplings: [(Int, Int, Double)] = []
            for i in 0..<variables {
                for j in 0..<i { couplings.append((i, j, Double(generator.normal()) * scale / 3)) }
            }
            return try IsingModel(fields: (0..<variables).map { _ in Double(generator.normal()) * scale }, couplings: couplings, offset: scale / 7)
        }
        return try [
            make("no variables", IsingModel(fields: [])),
            make("no variables, an offset", IsingModel(fields: [], offset: -3.5)),
            make("one variable", IsingModel(fields: [2])),
            make("one variable without a field", IsingModel(fields: [0], offset: 1)),
            make("two variables", IsingModel(fields: [0, 0], couplings: [(0, 1, 1)])),
            make("all zero", IsingModel(fields: [0, 0, 0, 0], couplings: [(0, 1, 0), (2, 3, 0)])),
            make("fields only", IsingModel(fields: [1, -2, 3, -4, 5, 0.5, -0.25])),
            make("ferromagnet", IsingModel(fields: [0, 0, 0, 0, 0, 0], couplings: (1..<6).map { ($0 - 1, $0, -1) })),
            make("frustrated triangle", IsingModel(fields: [0, 0, 0], couplings: [(0, 1, 1), (1, 2, 1), (0, 2, 1)])),
            make(
                "two parts and a loner",
                IsingModel(fields: [1, 0, 0, -1, 0, 2, 0], couplings: [(0, 1, 2), (1, 2, -3), (3, 4, 1), (4, 5, 1), (3, 5, 1)])),
            make("dense ±1", RandomIsing.dense(10, range: 1, fields: false, &generator)),
            make("dense integers with fields", RandomIsing.dense(11, range: 20, fields: true, &generator)),
            make("sparse", RandomIsing.sparse(12, density: 0.3, range: 5, fields: true, &generator)),
            make("grid", RandomIsing.grid(3, 4, &generator)),
            make("tree", RandomIsing.tree(11, &generator)),
            make("large offset", IsingModel(fields: [1, -1, 2], couplings: [(0, 1, 1), (1, 2, -2)], offset: 0x1p40)),
            make("halves and quarters", IsingModel(fields: [0.5, -0.25, 0.75, 0], couplings: [(0, 1, 0.25), (1, 2, -1.5), (2, 3, 0.5)])),
            make("no common unit", reals(9, 1)),
            make("tiny coefficients", reals(7, 1e-200)),
            make("huge coefficients", reals(7, 1e200)),
            make(
                "weights far apart",
                IsingModel(fields: [1e-3, -1, 1e6, 0, 2], couplings: [(0, 1, 1e9), (1, 2, -1), (2, 3, 1e-6), (3, 4, 1e3), (0, 4, 0.1)])),
            make(
                "units far apart",
                IsingModel(fields: [0x1p-20, -1, 0x1p20, 0, 2], couplings: [(0, 1, 0x1p28), (1, 2, -1), (2, 3, 0x1p-18), (0, 4, 1)])),
        ]
    }

    /// Every energy, state k having spin i at +1 where bit i of k is set, and the least.
    public static func enumerated(_ model: IsingModel) -> (least: Double, energies: [Double]) {
        let energies = (0..<1 << model.variables).map { state in
            model.energy(of: (0..<model.variables).map { state >> $0 & 1 == 1 ? 1 : -1 })
        }
        return (energies.min() ?? model.terms.offset, energies)
    }

    /// Equal, exactly so where the model has a unit, and up to the rounding of sums elsewhere.
    public static func agree(_ energy: Double, _ other: Double, _ model: IsingModel) -> Bool {
        if model.terms.unit != nil { return energy == other }
        let magnitude =
            model.terms.offset.magnitude + model.terms.linear.reduce(0) { $0 + $1.magnitude } + model.terms.weights.reduce(0) { $0 + $1.magnitude }
        return (energy - other).magnitude <= magnitude * 0x1p-48
    }
}
