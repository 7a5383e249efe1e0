import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

/// What layers compute, against plain loops or by hand.
@Suite struct LayerBehaviourTests {
    let context = ExecutionContext(engine: PortableEngine(), parallel: Parallel(threads: 2))

    func bound(_ layer: some Layer, _ signals: Signal...) throws -> (layer: any Layer, network: Network) {
        var builder = NetworkBuilder(input: signals[0])
        try builder.add(layer, named: "layer")
        let network = builder.build()
        return (network.nodes[0].layer, network)
    }

    func forward(_ layer: any Layer, _ input: Activation, _ store: ParameterStore = ParameterStore([])) -> (Activation, LayerCache) {
        var cache = LayerCache()
        return (layer.forward([input], store, mode: .training, context, cache: &cache), cache)
    }

    /// Bits and the floats they stand for give the same largest values and gradients, ties included.
    @Test(arguments: Padding.allCases, [1, 3, 64, 70]) func poolingBitsIsPoolingFloats(padding: Padding, channels: Int) throws {
        var generator = SeededGenerator(seed: 1)
        let shape = Shape([7, 6, channels])
        let pool = MaxPool(Window(3, 2, stride: 2), padding)
        let (bits, _) = try bound(pool, Signal(shape, .sign))
        let (reals, _) = try bound(pool, Signal(shape, .real))
        let signs = PackedTensor.random(shape.batched(3), &generator)
        let (packed, real) = (forward(bits, .packed(signs)), forward(reals, .real(context.kernels.unpackSigns(signs))))
        #expect(packed.0.real(context) == real.0.real(context))
        let gradient = Tensor.normal(packed.0.shape, &generator)
        var none = Gradients([])
        let a = bits.backward(gradient, packed.1, ParameterStore([]), &none, needs: [true], context)[0]
        let b = reals.backward(gradient, real.1, ParameterStore([]), &none, needs: [true], context)[0]
        #expect(a == b)
        // The input's own bits, which its maker keeps anyway.
        if padding != .zero { #expect(packed.1.packed == [signs] && packed.1.bytes.isEmpty) }
    }

    @Test func poolsByHand() throws {
        let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 3, 3, 1])
        let signal = Signal([3, 3, 1], .integer(bound: 9, shift: 0))
        let (largest, network) = try bound(MaxPool(Window(2, stride: 1)), signal)
        #expect(forward(largest, .real(x)).0.real(context).elements == [5, 6, 8, 9])
        #expect(network.output.width == .integer(bound: 9, shift: 0))
        let (mean, means) = try bound(AveragePool(Window(2, stride: 1)), signal)
        #expect(forward(mean, .real(x)).0.real(context).elements == [3, 4, 6, 7])
        #expect(means.output.width == .integer(bound: 36, shift: 2))
        let (all, allNetwork) = try bound(GlobalAveragePool(), signal)
        #expect(abs(forward(all, .real(x)).0.real(context)[0] - 5) < 1e-6)
        #expect(allNetwork.output == Signal([1], .real))
    }

    /// The type of a sum bounds what can come out.
    @Test func sumsStayWithinTheirBounds() throws {
        for padding in Padding.allCases {
            let conv = Conv2D(3, Window(3), padding)
            let (_, signs) = try bound(conv, Signal([4, 4, 2], .sign))
            #expect(signs.output.width == .integer(bound: 18, shift: 0))
            let (_, bytes) = try bound(conv, Signal([4, 4, 2], .byte(zeroPoint: 128, shift: 7)))
            // +1 is the byte 256 there.
            #expect(bytes.output.width == .integer(bound: 18 * ((padding == .plusOne ? 256 : 255) + 128), shift: 7))
            let (_, biased) = try bound(Conv2D(3, Window(3), padding, bias: true), Signal([4, 4, 2], .sign))
            #expect(biased.output.width == .real)
        }
        #expect(Conv2D(4, Window(3)).operationCounts([]).totalMACs == 0)
    }

    @Test func dropoutKeepsItsShareAndDependsOnTheStep() throws {
        let (layer, _) = try bound(Dropout(0.25), Signal([1000], .real))
        let ones = Tensor(Array(repeating: 1, count: 20_000), shape: [20, 1000])
        func draw(_ step: Int, threads: Int = 2) -> Tensor {
            var (cache, context) = (LayerCache(), context.drawing(seed: 9, step: step))
            context.parallel = Parallel(threads: threads)
            return layer.forward([.real(ones)], ParameterStore([]), mode: .training, context, cache: &cache).real(context)
        }
        let first = draw(0)
        let kept = first.elements.count { $0 != 0 }
        #expect(abs(Double(kept) / 20_000 - 0.75) < 0.02)
        #expect(first.elements.allSatisfy { $0 == 0 || $0 == 1 / 0.75 })
        #expect(draw(0, threads: 1) == first && draw(1) != first)
        var cache = LayerCache()
        #expect(layer.forward([.real(ones)], ParameterStore([]), mode: .inference, context, cache: &cache).real(context) == ones)
    }

    /// Layers of one network draw from streams of their own.
    @Test func layersDrawApart() throws {
        var builder = NetworkBuilder(input: Signal([500], .real))
        let a = try builder.add(Dropout(0.5), named: "a", reading: .input)
        let b = try builder.add(Dropout(0.5), named: "b", reading: .input)
        try builder.add(Concatenate(), named: "both", reading: a, b)
        let network = builder.build()
        let ones = Activation.real(Tensor(Array(repeating: 1, count: 500), shape: [1, 500]))
        let output = network.forward(ones, ParameterStore([]), context).output.real(context).elements
        #expect(output[..<500] != output[500...])
    }

    @Test(arguments: [1, 63, 64, 65]) func concatenationAndSlicesKeepBits(width: Int) throws {
        var generator = SeededGenerator(seed: 2)
        var builder = NetworkBuilder(input: Signal([3, width], .sign))
        let twice = try builder.add(Concatenate(), named: "twice", reading: .input, .input, .input)
        try builder.add(Slice(width..<2 * width), named: "middle", reading: twice)
        let network = builder.build()
        let signs = PackedTensor.random([4, 3, width], &generator)
        let values = network.trace(.packed(signs), ParameterStore([]), context)
        guard case .packed(let joined) = values[1], case .packed(let middle) = values[2] else {
            Issue.record("signs stay bits")
            return
        }
        #expect(joined.paddingIsZero && middle == signs && network.output.width == .sign)
        let expected = (0..<12).flatMap { row in (0..<3 * width).map { signs[row, $0 % width] } }
        #expect((0..<12).flatMap { row in (0..<3 * width).map { joined[row, $0] } } == expected)
    }

    @Test func activationsOfTwoBits() throws {
        let (layer, _) = try bound(QuantizeActivation(bits: 2), Signal([9], .real))
        let x: [Float] = [-1, -1e-30, 0, 0.1, 0.2, 0.5, 1, 1.0001, 3]
        let (output, cache) = forward(layer, .real(Tensor(x, shape: [1, 9])))
        let third: Float = 1 / 3
        #expect(output.real(context).elements == [0, 0, 0, 0, third, 2 * third, 1, 1, 1])
        var none = Gradients([])
        let ones = Tensor(Array(repeating: 1, count: 9), shape: [1, 9])
        let gradient = try #require(layer.backward(ones, cache, ParameterStore([]), &none, needs: [true], context)[0])
        #expect(gradient.elements == [0, 0, 1, 1, 1, 1, 1, 0, 0])
    }

    /// Means and variances of a million rows, in chunks, against Double arithmetic over all of them.
    @Test func statisticsOfManyRows() {
        var generator = SeededGenerator(seed: 3)
        let (rows, channels) = (70_001, 3)
        let values = (0..<rows * channels).map { Float($0 % channels) * 100 + generator.uniform() }
        func statistics(_ threads: Int) -> ([Float], [Float]) {
            var (mean, variance) = ([Float](repeating: 0, count: channels), [Float](repeating: 0, count: channels))
            values.withUnsafeBufferPointer { x in
                mean.withUnsafeMutableBufferPointer { mean in
                    variance.withUnsafeMutableBufferPointer { variance in
                        context.kernels.batchNormStatistics(
                            .floats(x), rows: rows, channels: channels, mean: mean, variance: variance, parallel: Parallel(threads: threads))
                    }
                }
            }
            return (mean, variance)
        }
        let (mean, variance) = statistics(1)
        #expect(statistics(2) == (mean, variance))
        for c in 0..<channels {
            let column = (0..<rows).map { Double(values[$0 * channels + c]) }
            let center = column.reduce(0, +) / Double(rows)
            let spread = column.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(rows)
            #expect(abs(Double(mean[c]) - center) < 1e-5 * (1 + center) && abs(Double(variance[c]) - spread) < 1e-4 * spread)
        }
    }
}
