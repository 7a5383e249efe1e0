import BitCore
import Testing

/// Gray-code enumeration by its definition, on every instruction set. More sizes, with guarded memory, are in Tests/CKernelsC.
@Suite struct GrayMinimaTests {
    @Test(arguments: InstructionSet.supported, [5, 6, 9, 11]) func leastEnergyOfEveryLane(_ set: InstructionSet, _ variables: Int) {
        let lanes = Kernels.grayLanes
        var generator = SeededGenerator(seed: 7)
        func small() -> Int32 { Int32(generator.index(below: 41)) - 20 }
        var couplings = [Int32](repeating: 99, count: variables * variables)
        for i in 0..<variables {
            for j in 0..<i {
                couplings[i * variables + j] = small()
                couplings[j * variables + i] = couplings[i * variables + j]
            }
        }
        // A lane is a choice of the fields; the energy follows from it: Σ h s + Σ J s s.
        let own = (0..<variables * lanes).map { _ in small() }
        func energy(_ lane: Int, _ spins: Int) -> Int32 {
            var sum: Int32 = 0
            for i in 0..<variables {
                let s: Int32 = spins >> i & 1 == 1 ? 1 : -1
                sum += s * own[i * lanes + lane]
                for j in 0..<i { sum += s * (spins >> j & 1 == 1 ? 1 : -1) * couplings[i * variables + j] }
            }
            return sum
        }
        let expected = (0..<lanes).map { lane in (0..<1 << variables).map { energy(lane, $0) }.min() }
        var fields = own
        for i in 0..<variables {
            let others = (0..<variables).filter { $0 != i }.reduce(Int32(0)) { $0 + couplings[i * variables + $1] }
            for lane in 0..<lanes { fields[i * lanes + lane] -= others }
        }
        var energies = (0..<lanes).map { energy($0, 0) }
        var minima = [Int32](repeating: 0, count: lanes)
        couplings.withUnsafeBufferPointer { couplings in
            fields.withUnsafeMutableBufferPointer { fields in
                energies.withUnsafeMutableBufferPointer { energies in
                    minima.withUnsafeMutableBufferPointer { minima in
                        Kernels(set).grayMinima(variables: variables, couplings: couplings, fields: fields, energies: energies, minima: minima)
                    }
                }
            }
        }
        #expect(minima.map { $0 as Int32? } == expected)
    }
}
