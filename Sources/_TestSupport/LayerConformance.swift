public import BinaryNN
internal import BitCore

/// What every layer promises, whatever it computes. Returns the promises it breaks.
public struct LayerConformance {
    public var failures: [String] = []
    private let network: Network
    private let layer: any Layer
    private let parameters: ParameterStore
    private let inputs: [Activation]
    private let context: ExecutionContext

    /// - Parameter signals: types of the inputs the layer is tried on.
    public init(_ layer: some Layer, _ signals: [Signal], batch: Int = 5, seed: UInt64, _ context: ExecutionContext) throws {
        // The first layer of a network whose input is the first signal; further inputs are that input again, of the same shape.
        var builder = NetworkBuilder(input: signals[0])
        switch signals.count {
        case 1: try builder.add(layer, named: "layer")
        case 2: try builder.add(layer, named: "layer", reading: .input, .input)
        default: try builder.add(layer, named: "layer", reading: .input, .input, .input)
        }
        network = builder.build()
        self.layer = network.nodes[0].layer
        var generator = SeededGenerator(seed: seed)
        parameters = network.makeParameters(generator)
        self.context = context
        inputs = signals.map { signal in
            let shape = signal.shape.batched(batch)
            if case .sign = signal.width { return .packed(.random(shape, &generator)) }
            if case .integer(let bound, let shift) = signal.width {
                let unit = Float(sign: .plus, exponent: -shift, significand: 1)
                let values = (0..<shape.count).map { _ in Float(generator.index(below: 2 * bound + 1) - bound) * unit }
                return .real(Tensor(values, shape: shape))
            }
            if case .byte(let zero, let shift) = signal.width {
                let unit = Float(sign: .plus, exponent: -shift, significand: 1)
                return .real(Tensor((0..<shape.count).map { _ in Float(generator.index(below: 256) - zero) * unit }, shape: shape))
            }
            return .real(.normal(shape, &generator))
        }
        checkForward(batch)
        checkBackward(batch, &generator)
        checkItemsAreIndependent(batch)
        checkThreads(&generator)
    }

    private mutating func expect(_ condition: Bool, _ promise: String) {
        if !condition { failures.append("\(layer.kind): \(promise)") }
    }

    private func forward(_ mode: PassMode, _ inputs: [Activation]) -> (Activation, LayerCache) {
        var cache = LayerCache()
        let output = layer.forward(inputs, parameters, mode: mode, context, cache: &cache)
        return (output, cache)
    }

    private mutating func checkForward(_ batch: Int) {
        for mode in [PassMode.training, .inference] {
            let (output, cache) = forward(mode, inputs)
            expect(output.shape == network.output.shape.batched(batch), "the output has the declared shape (\(mode))")
            if case .sign = network.output.width, case .real = output { expect(false, "declared signs come as bits (\(mode))") }
            if case .packed(let bits) = output { expect(bits.paddingIsZero, "padding bits are 0 (\(mode))") }
            expect(forward(mode, inputs).0.real(context) == output.real(context), "the same input gives the same output (\(mode))")
            if mode == .inference { expect(cache.byteCount == 0, "inference keeps nothing for a backward pass") }
        }
    }

    private mutating func checkBackward(_ batch: Int, _ generator: inout SeededGenerator) {
        let (output, cache) = forward(.training, inputs)
        let gradient = Tensor.normal(output.shape, &generator)
        func backward(_ needs: [Bool]) -> ([Tensor?], Gradients) {
            var gradients = Gradients(network.specs)
            for id in parameters.ids where parameters.spec(id).role != .statistic {
                gradients.withMutable(id) { $0.update(repeating: .nan) }
            }
            let result = layer.backward(gradient, cache, parameters, &gradients, needs: needs, context)
            return (result, gradients)
        }
        let (all, gradients) = backward(inputs.map { _ in true })
        expect(all.count == inputs.count, "one gradient for each input")
        for (input, gradient) in zip(inputs, all) { expect(gradient?.shape == input.shape, "an input's gradient has the input's shape") }
        let (none, _) = backward(inputs.map { _ in false })
        expect(none.allSatisfy { $0 == nil }, "no gradient for an input that needs none")
        for id in parameters.ids where parameters.spec(id).role != .statistic {
            expect(gradients.values(id).allSatisfy { !$0.isNaN }, "the gradient of \(parameters.spec(id).name) is written")
        }
    }

    /// One and two threads give the same bits: outputs, gradients, statistics.
    private mutating func checkThreads(_ generator: inout SeededGenerator) {
        var results: [[[Float]]] = []
        var gradient: Tensor?
        for threads in [1, 2] {
            var context = context
            context.parallel = Parallel(threads: threads)
            var cache = LayerCache()
            let output = layer.forward(inputs, parameters, mode: .training, context, cache: &cache).real(context)
            let upstream = gradient ?? Tensor.normal(output.shape, &generator)
            gradient = upstream
            var gradients = Gradients(network.specs)
            let inputGradients = layer.backward(upstream, cache, parameters, &gradients, needs: inputs.map { _ in true }, context)
            var store = parameters
            layer.updateStatistics(cache, &store)
            results.append(
                [output.elements] + inputGradients.map { $0?.elements ?? [] }
                    + parameters.ids.filter { parameters.spec($0).role != .statistic }.map { gradients.values($0) }
                    + parameters.ids.filter { parameters.spec($0).role == .statistic }.map { store.reals($0) })
        }
        expect(results[0] == results[1], "one and two threads give the same bits")
    }

    /// A shipped model sees one item at a time.
    private mutating func checkItemsAreIndependent(_ batch: Int) {
        let whole = forward(.inference, inputs).0.real(context)
        for item in 0..<batch {
            let single = inputs.map { input -> Activation in
                let tensor = input.real(context)
                let width = tensor.count / batch
                let slice = Tensor(tensor.elements[item * width..<(item + 1) * width], shape: tensor.shape.item.batched(1))
                if case .packed = input { return .packed(context.kernels.packSigns(slice)) }
                return .real(slice)
            }
            let output = forward(.inference, single).0.real(context)
            let width = whole.count / batch
            expect(output.elements == Array(whole.elements[item * width..<(item + 1) * width]), "an item's result does not depend on its batch")
        }
    }
}
