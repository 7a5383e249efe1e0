import BitCore
import Ising
import Testing

/// All assignments of `count` variables: spins and the bits that correspond to them.
func assignments(_ count: Int) -> [(spins: [Int8], bits: [UInt8])] {
    (0..<1 << count).map { code in
        let bits = (0..<count).map { UInt8(code >> $0 & 1) }
        return (bits.map { $0 == 1 ? 1 : -1 }, bits)
    }
}

/// Coefficients for a small model: integers, halves or numbers of full precision.
func randomParts(_ variables: Int, step: Double?, seed: UInt64) -> (linear: [Double], couplings: [(Int, Int, Double)], offset: Double) {
    var generator = SeededGenerator(seed: seed)
    func value() -> Double {
        if let step { return Double(generator.index(below: 21) - 10) * step }
        return Double(generator.uniform()) * 1.7 - 0.9
    }
    var couplings: [(Int, Int, Double)] = []
    if variables > 0 {
        for _ in 0..<generator.index(below: 3 * variables + 1) {
            couplings.append((generator.index(below: variables), generator.index(below: variables), value()))
        }
    }
    return ((0..<variables).map { _ in value() }, couplings, value())
}

@Suite struct ModelTests {
    @Test(arguments: 0..<8, [1, 0.5, nil] as [Double?])
    func energiesFollowTheFormula(variables: Int, step: Double?) throws {
        for seed in 0..<10 as Range<UInt64> {
            let (linear, couplings, offset) = randomParts(variables, step: step, seed: seed)
            let ising = try IsingModel(fields: linear, couplings: couplings, offset: offset)
            let qubo = try QUBO(diagonal: linear, couplings: couplings, offset: offset)
            for (spins, bits) in assignments(variables) {
                func expected(_ value: (Int) -> Double) -> Double {
                    var sum = offset
                    for (index, coefficient) in linear.enumerated() { sum += coefficient * value(index) }
                    for (i, j, coefficient) in couplings { sum += coefficient * value(i) * value(j) }
                    return sum
                }
                #expect(abs(ising.energy(of: spins) - expected { Double(spins[$0]) }) <= (step == nil ? 1e-12 : 0))
                #expect(abs(qubo.energy(of: bits) - expected { Double(bits[$0]) }) <= (step == nil ? 1e-12 : 0))
            }
        }
    }

    @Test(arguments: 0..<8, [1, 0.5, nil] as [Double?])
    func conversionsKeepEveryEnergy(variables: Int, step: Double?) throws {
        for seed in 0..<10 as Range<UInt64> {
            let (linear, couplings, offset) = randomParts(variables, step: step, seed: seed)
            let ising = try IsingModel(fields: linear, couplings: couplings, offset: offset)
            let qubo = try QUBO(diagonal: linear, couplings: couplings, offset: offset)
            let (asBits, asSpins) = (try ising.qubo(), try qubo.ising())
            for (spins, bits) in assignments(variables) {
                #expect(abs(asBits.energy(of: bits) - ising.energy(of: spins)) <= (step == nil ? 1e-12 : 0))
                #expect(abs(asSpins.energy(of: spins) - qubo.energy(of: bits)) <= (step == nil ? 1e-12 : 0))
            }
            if step != nil {
                #expect(try asBits.ising() == ising)
                #expect(try asSpins.qubo() == qubo)
                #expect(asBits.terms.unit != nil && asSpins.terms.unit != nil)
            }
            if step == 1 { #expect(ising.terms.isIntegral && asBits.terms.isIntegral && qubo.terms.isIntegral) }
        }
    }

    @Test func couplingsAreSortedSummedAndFolded() throws {
        let couplings: [(Int, Int, Double)] = [(2, 1, 5), (0, 2, 1), (1, 2, -2), (1, 1, 7), (2, 0, 1), (0, 1, 3), (0, 1, 4)]
        var spins = try ModelBuilder(variables: 3, vartype: .spin)
        var bits = try ModelBuilder(variables: 3, vartype: .binary)
        for (i, j, value) in couplings {
            try spins.add(coupling: i, j, value)
            try bits.add(coupling: i, j, value)
        }
        let (ofSpins, ofBits) = (try spins.terms(), try bits.terms())
        for terms in [ofSpins, ofBits] {
            #expect(terms.first == [0, 0, 1] && terms.second == [1, 2, 2] && terms.weights == [7, 2, 3])
            #expect(terms.adjacency.starts == [0, 2, 4, 6])
            #expect(terms.adjacency.neighbours == [1, 2, 0, 2, 0, 1])
            #expect(terms.adjacency.weights == [7, 2, 7, 3, 2, 3])
            #expect(terms.adjacency.degree(1) == 2)
        }
        #expect(ofSpins.offset == 7 && ofSpins.linear == [0, 0, 0])
        #expect(ofBits.offset == 0 && ofBits.linear == [0, 7, 0])
        #expect(spins.summed == 3 && spins.folded == 1)
        #expect(bits.summed == 3 && bits.folded == 1)
    }

    @Test(
        arguments: [
            ([3, -4], 1), ([0.5, 2], 0.5), ([0.75], 0.25), ([0.1], 0x1p-55), ([1, 0x1p-60], nil), ([0x1p53], nil), ([0x1p52], 1), ([], 1), ([0], 1),
            ([.leastNonzeroMagnitude], nil),
        ] as [([Double], Double?)])
    func units(fields: [Double], unit: Double?) throws {
        let terms = try IsingModel(fields: fields).terms
        #expect(terms.unit == unit)
        #expect(terms.isIntegral == (unit == 1))
    }

    static let faults: [(ProblemError, @Sendable () throws -> Void)] = [
        (.variableCount(-1, limit: QuadraticTerms.variableLimit), { _ = try ModelBuilder(variables: -1, vartype: .spin) }),
        (.variableCount(.max, limit: QuadraticTerms.variableLimit), { _ = try ModelBuilder(variables: .max, vartype: .spin) }),
        (.variableOutOfRange(2, variables: 2), { _ = try QUBO(diagonal: [0, 0], couplings: [(0, 2, 1)]) }),
        (.variableOutOfRange(-1, variables: 2), { _ = try QUBO(diagonal: [0, 0], couplings: [(-1, 0, 1)]) }),
        (.variableOutOfRange(0, variables: 0), { _ = try QUBO(diagonal: [], couplings: [(0, 0, 1)]) }),
        (.notFinite(.offset), { _ = try IsingModel(fields: [], offset: .nan) }),
        (.notFinite(.linear(1)), { _ = try IsingModel(fields: [0, .infinity]) }),
        (.notFinite(.coupling(1, 0)), { _ = try IsingModel(fields: [0, 0], couplings: [(1, 0, .nan)]) }),
        (.overflow(.coupling(0, 1)), { _ = try IsingModel(fields: [0, 0], couplings: [(0, 1, 1e308), (0, 1, 1e308)]) }),
        (
            .overflow(.coupling(0, 1)),
            { _ = try IsingModel(fields: [0, 0, 0], couplings: [(0, 1, 1e308), (0, 2, 1), (0, 1, 1e308)]) }
        ),
        (.overflow(.offset), { _ = try IsingModel(fields: [0], couplings: [(0, 0, 1e308), (0, 0, 1e308)]) }),
        (.overflow(.linear(0)), { _ = try QUBO(diagonal: [1e308], couplings: [(0, 0, 1e308)]) }),
        (.overflow(.energy), { _ = try QUBO(diagonal: [1e308, 1e308]) }),
        (.overflow(.linear(0)), { _ = try IsingModel(fields: [1e308]).qubo() }),
    ]

    @Test(arguments: faults.indices)
    func badPartsAreRefused(_ index: Int) {
        let (expected, make) = Self.faults[index]
        #expect(throws: expected) { try make() }
        #expect(expected.description.contains("; "), "\(expected) does not say what to do")
    }

    @Test func reports() throws {
        let empty = try IsingModel(fields: []).terms.report
        #expect(empty == ModelReport(variables: 0, interactions: 0, density: 0, components: 0, dynamicRange: nil, isIntegral: true))
        let one = try IsingModel(fields: [0]).terms.report
        #expect(one.density == 0 && one.components == 1 && one.dynamicRange == nil)
        let report = try QUBO(diagonal: [0, 0.5, 0, 0, -8], couplings: [(0, 1, 2), (4, 3, -4), (1, 2, 0)], offset: 100).terms.report
        #expect(report == ModelReport(variables: 5, interactions: 3, density: 0.3, components: 3, dynamicRange: 16, isIntegral: false))
    }

    @Test func energiesOfNoAndOneVariable() throws {
        #expect(try IsingModel(fields: [], offset: 3).energy(of: []) == 3)
        #expect(try QUBO(diagonal: [], offset: 3).energy(of: []) == 3)
        #expect(try IsingModel(fields: [2], offset: 3).energy(of: [-1]) == 1)
        #expect(try QUBO(diagonal: [2], offset: 3).energy(of: [0]) == 3)
    }
}
