import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

/// Layers of networks whose feature maps are bits: logic shortcuts, slices of several thresholds, halves and their shuffle.
@Suite struct SliceLayerTests {
    static let context = ExecutionContext(engine: PortableEngine())

    /// Forward and backward of one layer over inputs of its own.
    private func pass(_ layer: some Layer, _ inputs: [Activation], gradient: Tensor? = nil) throws -> (output: Activation, gradients: [Tensor]) {
        var builder = NetworkBuilder(input: Signal(inputs[0].shape.item, Self.width(inputs[0])))
        switch inputs.count {
        case 1: try builder.add(layer, named: "layer")
        default: try builder.add(layer, named: "layer", reading: .input, .input)
        }
        let network = builder.build()
        let bound = network.nodes[0].layer
        let parameters = network.makeParameters(SeededGenerator(seed: 1))
        var cache = LayerCache()
        let output = bound.forward(inputs, parameters, mode: .training, Self.context, cache: &cache)
        var gradients = Gradients(network.specs)
        let upstream = gradient ?? Tensor(Array(repeating: 1, count: output.shape.count), shape: output.shape)
        let result = bound.backward(upstream, cache, parameters, &gradients, needs: inputs.map { _ in true }, Self.context)
        return (output, try result.map { try #require($0) })
    }

    private static func width(_ input: Activation) -> Signal.Width { if case .packed = input { .sign } else { .real } }

    private func signs(_ values: [Float], _ shape: Shape) -> Activation {
        .packed(Self.context.kernels.packSigns(Tensor(values, shape: shape)))
    }

    /// All four cases, by the surrogates as published: x·y, and 2·clamp((x+1)/2 + (y+1)/2, 0, 1) − 1 with the clamp's bounds inside.
    @Test func logicAndItsGradients() throws {
        let (x, y): ([Float], [Float]) = ([-1, -1, 1, 1], [-1, 1, -1, 1])
        let g = Tensor([2, 3, 5, 7], shape: [1, 4])
        let xnor = try pass(Xnor(), [signs(x, [1, 4]), signs(y, [1, 4])], gradient: g)
        #expect(xnor.output.real(Self.context).elements == [1, -1, -1, 1])
        #expect(xnor.gradients[0].elements == [-2, 3, -5, 7] && xnor.gradients[1].elements == [-2, -3, 5, 7])
        let or = try pass(Or(), [signs(x, [1, 4]), signs(y, [1, 4])], gradient: g)
        #expect(or.output.real(Self.context).elements == [-1, 1, 1, 1])
        #expect(or.gradients[0].elements == [2, 3, 5, 0] && or.gradients[1].elements == [2, 3, 5, 0])
    }

    @Test(arguments: [1, 5, 63, 64, 65, 130]) func packedLogicIsThatOfEachSign(columns: Int) {
        var generator = SeededGenerator(seed: UInt64(columns))
        let (a, b) = (PackedTensor.random([4, columns], &generator), PackedTensor.random([4, columns], &generator))
        let woven = a.interleaved(with: b, Parallel(threads: 2))
        for row in 0..<4 {
            for column in 0..<columns {
                let (x, y) = (a[row, column], b[row, column])
                #expect(a.xnor(b)[row, column] == (x == y))
                #expect(a.or(b)[row, column] == (x || y))
                #expect(a.nand(b)[row, column] == !(x && y))
                #expect(woven[row, 2 * column] == x && woven[row, 2 * column + 1] == y)
            }
        }
        for result in [a.xnor(b), a.or(b), a.nand(b), woven] { #expect(result.paddingIsZero) }
    }

    @Test func thresholdsAreThePublishedOnes() {
        #expect(MultiSliceSign.offsets(1) == [0])
        let thirds: [Float] = [-2, -1, 1, 2]
        #expect(MultiSliceSign.offsets(4) == thirds.map { $0 / 3 })
        let fifths: [Float] = [-4, -3, -2, -1, 1, 2, 3, 4]
        #expect(MultiSliceSign.offsets(8) == fifths.map { $0 / 5 })
    }

    /// Slice-major signs at the thresholds, which are on the side of +1.
    @Test(arguments: [1, 2, 4, 8], [1, 3, 64, 65]) func slicesAreSignsAtTheirThresholds(slices: Int, channels: Int) throws {
        var generator = SeededGenerator(seed: 3)
        let offsets = MultiSliceSign.offsets(slices)
        var values = (0..<6 * channels).map { _ in generator.normal() }
        for i in values.indices where i % 3 == 0 { values[i] = -offsets[i % slices] }
        let output = try pass(MultiSliceSign(slices: slices), [.real(Tensor(values, shape: [2, 3, channels]))]).output
        guard case .packed(let bits) = output else { throw SliceTestError.reals }
        #expect(bits.shape == [2, 3, slices * channels])
        for row in 0..<6 {
            for slice in 0..<slices {
                for c in 0..<channels { #expect(bits[row, slice * channels + c] == (values[row * channels + c] >= -offsets[slice])) }
            }
        }
    }

    private enum SliceTestError: Error { case reals }

    /// The gradient of Σ gᵢ·H(x + tᵢ), where H is the function whose derivative the surrogate is.
    @Test(arguments: [Surrogate.straightThrough(), .straightThrough(limit: 1.25), .approxSign], [1, 2, 4])
    func slicesSumTheirSurrogates(surrogate: Surrogate, slices: Int) throws {
        var generator = SeededGenerator(seed: 5)
        let channels = 7
        let x = (0..<4 * channels).map { _ in 0.7 * generator.normal() }
        let g = (0..<4 * slices * channels).map { _ in generator.normal() }
        let gradients = try pass(
            MultiSliceSign(slices: slices, surrogate), [.real(Tensor(x, shape: [4, channels]))], gradient: Tensor(g, shape: [4, slices * channels])
        ).gradients
        func primitive(_ v: Double) -> Double {
            switch surrogate {
            case .straightThrough(let limit): return min(max(v, -Double(limit)), Double(limit))
            default: return abs(v) >= 1 ? (v > 0 ? 1 : -1) : 2 * v - v * abs(v)
            }
        }
        for i in x.indices {
            func value(_ v: Double) -> Double {
                MultiSliceSign.offsets(slices).enumerated().reduce(0) { sum, slice in
                    sum + Double(g[(i / channels * slices + slice.offset) * channels + i % channels]) * primitive(v + Double(slice.element))
                }
            }
            // Not across a kink.
            let edge: Float = if case .straightThrough(let limit) = surrogate { limit } else { 1 }
            guard MultiSliceSign.offsets(slices).allSatisfy({ abs(abs(x[i] + $0) - edge) > 2e-3 }) else { continue }
            let numeric = (value(Double(x[i]) + 1e-3) - value(Double(x[i]) - 1e-3)) / 2e-3
            #expect(abs(numeric - Double(gradients[0].elements[i])) < 1e-2 * (1 + abs(numeric)))
        }
    }

    @Test func masksAreKeptAsBits() throws {
        var builder = NetworkBuilder(input: Signal([4, 4, 64], .real))
        try builder.add(MultiSliceSign(slices: 4), named: "slices")
        let network = builder.build()
        var cache = LayerCache()
        let x = Tensor(zeros: [1, 4, 4, 64])
        _ = network.nodes[0].layer.forward([.real(x)], network.makeParameters(SeededGenerator(seed: 1)), mode: .training, Self.context, cache: &cache)
        #expect(cache.byteCount == 4 * 4 * 4 * 8)
    }

    @Test func halvesOfSlicesAndTheirShuffle() throws {
        // Two slices of four channels, numbered.
        let x = Tensor([0, 1, 2, 3, 10, 11, 12, 13], shape: [1, 8])
        let first = try pass(Split(0, slices: 2), [.real(x)])
        let second = try pass(Split(1, slices: 2), [.real(x)])
        #expect(first.output.real(Self.context).elements == [0, 1, 10, 11] && second.output.real(Self.context).elements == [2, 3, 12, 13])
        #expect(first.gradients[0].elements == [1, 1, 0, 0, 1, 1, 0, 0] && second.gradients[0].elements == [0, 0, 1, 1, 0, 0, 1, 1])
        let woven = try pass(Interleave(), [first.output, second.output], gradient: Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [1, 8]))
        #expect(woven.output.real(Self.context).elements == [0, 2, 1, 3, 10, 12, 11, 13])
        #expect(woven.gradients[0].elements == [1, 3, 5, 7] && woven.gradients[1].elements == [2, 4, 6, 8])
    }

    @Test func meansOfSlices() throws {
        let x = signs([1, 1, -1, 1, -1, 1, 1, 1], [1, 8])
        let mean = try pass(SliceMean(slices: 4), [x], gradient: Tensor([4, 8], shape: [1, 2]))
        #expect(mean.output.real(Self.context).elements == [0, 1])
        #expect(mean.gradients[0].elements == [1, 2, 1, 2, 1, 2, 1, 2])
        var builder = NetworkBuilder(input: Signal([8], .sign))
        try builder.add(SliceMean(slices: 4), named: "mean")
        #expect(builder.build().output == Signal([2], .integer(bound: 4, shift: 2)), "means of a power of two stay exact")
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        var layer: any Layer
        var input: Signal
        var message: String
        var testDescription: String { message }
    }

    static let misfits: [Misfit] = [
        Misfit(layer: MultiSliceSign(slices: 3), input: Signal([4], .real), message: "MultiSliceSign: makes 1 slice or an even number up to 64 of them, not 3"),
        Misfit(layer: MultiSliceSign(slices: 0), input: Signal([4], .real), message: "MultiSliceSign: makes 1 slice or an even number up to 64 of them, not 0"),
        Misfit(
            layer: SliceMean(slices: 4), input: Signal([3, 6], .sign),
            message: "SliceMean: needs slices that divide the channels, but 4 do not divide those of [3×6]"),
        Misfit(
            layer: Split(0, slices: 2), input: Signal([3, 6], .sign),
            message: "Split: takes one of 2 equal parts of the 3 channels in each of 2 slice(s) of [3×6]"),
        Misfit(
            layer: Split(0, slices: 4), input: Signal([3, 6], .sign),
            message: "Split: needs slices that divide the channels, but 4 do not divide those of [3×6]"),
        Misfit(layer: Xnor(), input: Signal([3, 6], .real), message: "Xnor takes signs; put a Sign before it"),
        Misfit(layer: Or(), input: Signal([3, 6], .integer(bound: 1, shift: 0)), message: "Or takes signs; put a Sign before it"),
        Misfit(
            layer: Conv2D(8, Window(3), .replicate, groups: 4), input: Signal([6, 6, 6], .sign),
            message: "BinaryConv2D: 4 group(s) must be positive and divide both 6 input channels and 8 output channels"),
        Misfit(
            layer: Conv2D(8, Window(3, dilation: 4), .valid), input: Signal([6, 6, 6], .sign),
            message: "BinaryConv2D: a window of 3×3 (dilation 4) does not fit on items of [6×6×6]; pad them or take a smaller window"),
    ]

    @Test(arguments: misfits) func whatDoesNotFitIsSaid(misfit: Misfit) {
        func bind(_ layer: some Layer) throws {
            var builder = NetworkBuilder(input: misfit.input)
            if layer is Xnor || layer is Or {
                try builder.add(layer, named: "layer", reading: .input, .input)
            } else {
                try builder.add(layer, named: "layer")
            }
        }
        do {
            try bind(misfit.layer)
            Issue.record("\(misfit.message): was accepted")
        } catch {
            #expect("\(error)" == misfit.message)
        }
    }
}
