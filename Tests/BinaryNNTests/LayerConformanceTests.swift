import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct LayerConformanceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var layer: any Layer
        var signals: [Signal]
        var testDescription: String { "\(layer.kind) on \(signals)" }
    }

    static let cases: [Case] = [
        Case(layer: Dense(7, kernel: .real, bias: true), signals: [Signal([9], .real)]),
        Case(layer: Dense(7, kernel: .real), signals: [Signal([65], .sign)]),
        Case(layer: Dense(65, kernel: .latentBinary), signals: [Signal([64], .sign)]),
        Case(layer: Dense(3, kernel: .binary), signals: [Signal([130], .sign)]),
        Case(layer: Dense(3, kernel: .binary, bias: true), signals: [Signal([63], .real)]),
        Case(layer: BatchNorm(), signals: [Signal([17], .real)]),
        Case(layer: BatchNorm(scale: false), signals: [Signal([4, 4, 3], .real)]),
        Case(layer: BatchNorm(isOutput: true), signals: [Signal([10], .integer(bound: 100, shift: 0))]),
        Case(layer: Sign(), signals: [Signal([70], .real)]),
        Case(layer: Sign(.approxSign), signals: [Signal([3, 5], .real)]),
        Case(layer: Sign(.swishSign()), signals: [Signal([64], .real)]),
        Case(layer: Flatten(), signals: [Signal([2, 3, 5], .real)]),
        Case(layer: Flatten(), signals: [Signal([2, 3, 5], .sign)]),
        Case(layer: Flatten(), signals: [Signal([2, 64], .sign)]),
        Case(layer: Add(), signals: [Signal([12], .real), Signal([12], .real)]),
        Case(layer: Add(), signals: [Signal([12], .sign), Signal([12], .sign)]),
    ]

    @Test(arguments: cases)
    func keepsItsPromises(_ test: Case) throws {
        for isa in InstructionSet.supported {
            let context = ExecutionContext(engine: PortableEngine(), kernels: Kernels(isa))
            func check(_ layer: some Layer) throws -> [String] { try LayerConformance(layer, test.signals, seed: 6, context).failures }
            #expect(try check(test.layer) == [], "\(isa)")
        }
    }
}
