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
        Case(layer: BatchNorm(), signals: [Signal([5, 4, 67], .real)]),
        Case(layer: Add(), signals: [Signal([12], .real), Signal([12], .real)]),
        Case(layer: Dense(5, scale: .meanMagnitude()), signals: [Signal([65], .sign)]),
        Case(layer: Dense(5, scale: .learned, bias: true), signals: [Signal([65], .real)]),
        Case(layer: Dense(5, kernel: .binary, scale: .learned), signals: [Signal([65], .sign)]),
        Case(layer: Dense(5, quantizer: .stochasticSign), signals: [Signal([65], .sign)]),
        Case(layer: Dense(5, kernel: .real, quantizer: .ternary(.fixed())), signals: [Signal([65], .sign)]),
        Case(layer: Dense(5, kernel: .real, quantizer: .doReFa(bits: 2)), signals: [Signal([65], .real)]),
        Case(layer: Conv2D(5, Window(3), kernel: .real, bias: true), signals: [Signal([6, 5, 3], .real)]),
        Case(layer: Conv2D(5, Window(3), .zero), signals: [Signal([6, 5, 3], .byte(zeroPoint: 128, shift: 7))]),
        Case(layer: Conv2D(5, Window(3), .zero), signals: [Signal([6, 5, 65], .sign)]),
        Case(layer: Conv2D(6, Window(3, stride: 2), .plusOne, groups: 2, kernel: .binary), signals: [Signal([6, 5, 4], .sign)]),
        Case(layer: Conv2D(4, Window(3, 2, dilation: 2), .replicate, bias: true), signals: [Signal([6, 5, 2], .sign)]),
        Case(layer: Conv2D(4, Window(3), .zero, scale: .meanMagnitude(.through)), signals: [Signal([6, 5, 2], .sign)]),
        Case(layer: Conv2D(4, Window(3), .zero, kernel: .binary, scale: .learned), signals: [Signal([6, 5, 2], .sign)]),
        Case(layer: Conv2D(4, Window(3), .zero, quantizer: .stochasticSign), signals: [Signal([6, 5, 2], .sign)]),
        Case(layer: Conv2D(4, Window(3), kernel: .real, quantizer: .ternary(.meanMagnitude())), signals: [Signal([6, 5, 2], .sign)]),
        Case(layer: Conv2D.depthwise(channels: 4, Window(3), .zero), signals: [Signal([6, 5, 4], .sign)]),
        Case(layer: Conv2D.depthwise(multiplier: 2, channels: 3, Window(3), .zero, kernel: .real), signals: [Signal([6, 5, 3], .real)]),
        Case(layer: MaxPool(), signals: [Signal([6, 5, 67], .real)]),
        Case(layer: MaxPool(), signals: [Signal([6, 5, 67], .sign)]),
        Case(layer: MaxPool(Window(3, stride: 2), .replicate, margins: Margins(1)), signals: [Signal([6, 5, 3], .real)]),
        Case(layer: MaxPool(Window(3, stride: 2), .plusOne), signals: [Signal([6, 5, 3], .sign)]),
        Case(layer: MaxPool(Window(3, stride: 2), .zero), signals: [Signal([6, 5, 3], .sign)]),
        Case(layer: AveragePool(), signals: [Signal([6, 4, 67], .real)]),
        Case(layer: AveragePool(Window(3, stride: 2), .zero), signals: [Signal([6, 5, 3], .sign)]),
        Case(layer: GlobalAveragePool(), signals: [Signal([4, 4, 66], .real)]),
        Case(layer: LayerNorm(), signals: [Signal([3, 3, 67], .real)]),
        Case(layer: LayerNorm(over: .item, scale: false), signals: [Signal([3, 3, 5], .real)]),
        Case(layer: LayerNorm(), signals: [Signal([1030], .real)]),
        Case(layer: PReLU(), signals: [Signal([3, 3, 67], .real)]),
        Case(layer: PReLU.shifted(), signals: [Signal([3, 3, 67], .real)]),
        Case(layer: ReLU(), signals: [Signal([3, 67], .real)]),
        Case(layer: LearnedShift(), signals: [Signal([3, 67], .real)]),
        Case(layer: LearnedShift(), signals: [Signal([67], .sign)]),
        Case(layer: Dropout(0.5), signals: [Signal([3, 67], .real)]),
        Case(layer: Dropout(0), signals: [Signal([67], .sign)]),
        Case(layer: Concatenate(), signals: [Signal([3, 67], .real), Signal([3, 67], .real)]),
        Case(layer: Concatenate(), signals: [Signal([3, 67], .sign), Signal([3, 67], .sign), Signal([3, 67], .sign)]),
        Case(layer: Slice(3..<66), signals: [Signal([3, 67], .real)]),
        Case(layer: Slice(3..<66), signals: [Signal([3, 67], .sign)]),
        Case(layer: QuantizeActivation(bits: 2), signals: [Signal([3, 67], .real)]),
        Case(layer: Add(), signals: [Signal([12], .sign), Signal([12], .sign)]),
        Case(layer: Xnor(), signals: [Signal([3, 67], .sign), Signal([3, 67], .sign)]),
        Case(layer: Or(), signals: [Signal([3, 67], .sign), Signal([3, 67], .sign)]),
        Case(layer: Or(), signals: [Signal([3, 128], .sign), Signal([3, 128], .sign)]),
        Case(layer: MultiSliceSign(slices: 1), signals: [Signal([3, 67], .real)]),
        Case(layer: MultiSliceSign(slices: 4), signals: [Signal([3, 5, 64], .real)]),
        Case(layer: MultiSliceSign(slices: 8), signals: [Signal([3, 5, 9], .integer(bound: 2, shift: 1))]),
        Case(layer: MultiSliceSign(slices: 4, .approxSign), signals: [Signal([3, 67], .real)]),
        Case(layer: MultiSliceSign(slices: 2, .swishSign()), signals: [Signal([3, 67], .real)]),
        Case(layer: SliceMean(slices: 4), signals: [Signal([3, 5, 20], .sign)]),
        Case(layer: SliceMean(slices: 1), signals: [Signal([3, 67], .sign)]),
        Case(layer: SliceMean(slices: 3), signals: [Signal([21], .real)]),
        Case(layer: Split(1, of: 2, slices: 4), signals: [Signal([3, 2, 24], .sign)]),
        Case(layer: Split(0, of: 2, slices: 4), signals: [Signal([3, 2, 1024], .sign)]),
        Case(layer: Split(2, of: 3), signals: [Signal([3, 9], .real)]),
        Case(layer: Interleave(), signals: [Signal([3, 33], .sign), Signal([3, 33], .sign)]),
        Case(layer: Interleave(), signals: [Signal([3, 128], .sign), Signal([3, 128], .sign)]),
        Case(layer: Interleave(), signals: [Signal([5, 3], .real), Signal([5, 3], .real)]),
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
