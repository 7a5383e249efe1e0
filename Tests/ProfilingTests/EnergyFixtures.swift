import Profiling

enum EnergyFixtures {
    /// Operations cost 1, 2, 4, … in the order of their kinds, so that a sum tells which were counted.
    static let table = EnergyTable(
        name: "powers",
        operations: Dictionary(
            uniqueKeysWithValues: OperationKind.allCases.enumerated().map { ($1, EnergyTable.Constant(Double(1 << $0), lower: 0.5, upper: 1024)) }),
        memories: [
            .init("small", bytes: 16, accessBits: 8, .init(80, lower: 8, upper: 160)),
            .init("large", bytes: nil, accessBits: 8, .init(800, lower: 80, upper: 8000)),
        ])

    static let memory = MemoryHierarchy(name: "two", levels: [.init("near", bytes: 16, accessBits: 8), .init("far", bytes: nil, accessBits: 8)])

    /// Two products with a shortcut around the second, of 4 numbers each:
    ///
    ///     input ─ a ─┬─ sign ─ b ─ add ─ …
    ///                └─────────────┘
    static let residual = Workload(
        model: "residual", inputElements: 4, inputBits: 32,
        steps: [
            .init("a", kind: "Dense", .gathering, inputs: [0], operations: .init([.realMAC: 16]), weightBits: 512, outputElements: 4, outputBits: 32),
            .init("sign", kind: "Sign", .pointwise, inputs: [1], operations: .init([.comparison: 4]), outputElements: 4, outputBits: 1),
            .init("b", kind: "BinaryDense", .gathering, inputs: [2], operations: .init([.binaryMAC: 16]), weightBits: 16, outputElements: 4, outputBits: 32),
            .init("add", kind: "Add", .pointwise, inputs: [3, 1], operations: .init([.realAdd: 4]), outputElements: 4, outputBits: 32),
        ])
}
