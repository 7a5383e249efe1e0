import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

/// Finite differences through the layers of images: a real convolution first, so that the gradient at every layer's input is checked too.
@Suite struct ImageGradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var layers: [any Layer]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "convolutions", layers: [Conv2D(6, Window(3, 2, stride: 2), .zero, groups: 2, kernel: .real, bias: true)]),
        Case(name: "dilated, replicated", layers: [Conv2D(3, Window(2, dilation: 2), .replicate, kernel: .real)]),
        Case(name: "depthwise, +1 outside", layers: [Conv2D.depthwise(multiplier: 2, channels: 4, Window(3), .plusOne, kernel: .real)]),
        Case(name: "batch norm", layers: [BatchNorm()]),
        Case(name: "layer norm of pixels", layers: [LayerNorm()]),
        Case(name: "layer norm of items", layers: [LayerNorm(over: .item), LayerNorm(over: .item, scale: false)]),
        Case(name: "average pool", layers: [AveragePool(Window(3, stride: 2), .zero)]),
        Case(name: "dropout", layers: [Dropout(0.3)]),
        Case(name: "slice", layers: [Slice(1..<3)]),
        Case(name: "scaled signs", layers: [Conv2D(3, Window(2), scale: .learned, bias: true)]),
    ]

    @Test(arguments: cases) func smoothPathsAgreeWithFiniteDifferences(test: Case) throws {
        var builder = NetworkBuilder(input: Signal([6, 5, 2], .real))
        try builder.add(Conv2D(4, Window(3), .zero, kernel: .real, bias: true), named: "stem")
        for (index, layer) in test.layers.enumerated() {
            func add(_ layer: some Layer) throws { try builder.add(layer, named: "layer\(index)") }
            try add(layer)
        }
        try builder.add(Flatten(), named: "flat")
        try builder.add(Dense(3, kernel: .real, bias: true), named: "head")
        let network = builder.build()
        var generator = SeededGenerator(seed: 11)
        var parameters = network.makeParameters(generator)
        // Away from the initial values, where some gradients vanish.
        for id in parameters.ids where parameters.spec(id).role == .bias || parameters.spec(id).role == .threshold {
            parameters.setReals(id, (0..<parameters.spec(id).count).map { _ in 0.3 * generator.normal() })
        }
        let batch = Tensor.normal([8, 6, 5, 2], &generator)
        // Kinks make larger steps wrong.
        let check = GradientCheck(
            network, parameters, .real(batch), labels: (0..<8).map { $0 % 3 }, loss: .crossEntropy,
            ExecutionContext(engine: PortableEngine()), step: 2e-3)
        #expect(check.worst < 0.04, "\(check.place)")
    }

    static let kinked: [Case] = [
        Case(name: "max pool", layers: [MaxPool(Window(2, stride: 1), .replicate)]),
        Case(name: "max pool 3/2", layers: [MaxPool(Window(3, stride: 2), .replicate, margins: Margins(1))]),
        Case(name: "PReLU", layers: [PReLU()]),
        Case(name: "RPReLU", layers: [PReLU.shifted(initialSlope: -0.5)]),
        Case(name: "ReLU", layers: [ReLU()]),
    ]

    /// Inputs that differ from each other and from 0 by more than the differences' step: no kink is crossed. A shift before the layer checks its
    /// gradient at the input.
    @Test(arguments: kinked) func kinkedLayersAgreeWithFiniteDifferences(test: Case) throws {
        var builder = NetworkBuilder(input: Signal([6, 5, 2], .real))
        try builder.add(LearnedShift(), named: "stem")
        func add(_ layer: some Layer) throws { try builder.add(layer, named: "layer") }
        try add(test.layers[0])
        try builder.add(Flatten(), named: "flat")
        try builder.add(Dense(3, kernel: .real, bias: true), named: "head")
        let network = builder.build()
        var generator = SeededGenerator(seed: 13)
        let count = 4 * 60
        let values = generator.permutation(count).map { 0.01 * (Float($0 - count / 2) + 0.5) }
        let check = GradientCheck(
            network, network.makeParameters(generator), .real(Tensor(values, shape: [4, 6, 5, 2])), labels: [0, 1, 2, 0], loss: .crossEntropy,
            ExecutionContext(engine: PortableEngine()), step: 2e-3)
        #expect(check.worst < 0.04, "\(check.place)")
    }

    /// Two paths from one image, joined by channels.
    @Test func joinedPathsAgreeWithFiniteDifferences() throws {
        var builder = NetworkBuilder(input: Signal([4, 4, 2], .real))
        let stem = try builder.add(Conv2D(3, Window(3), .zero, kernel: .real), named: "stem")
        let branch = try builder.add(Conv2D(2, Window(1), kernel: .real), named: "branch", reading: stem)
        try builder.add(Concatenate(), named: "joined", reading: stem, branch, stem)
        try builder.add(GlobalAveragePool(), named: "mean")
        try builder.add(Dense(3, kernel: .real), named: "head")
        let network = builder.build()
        var generator = SeededGenerator(seed: 12)
        let check = GradientCheck(
            network, network.makeParameters(generator), .real(Tensor.normal([6, 4, 4, 2], &generator)), labels: [0, 1, 2, 0, 1, 2],
            loss: .crossEntropy, ExecutionContext(engine: PortableEngine()))
        #expect(check.worst < 0.02, "\(check.place)")
    }

    /// A binary kernel's gradients are those of a real kernel which holds the same ±1, whatever the image is made of.
    @Test(arguments: [ParameterEncoding.binary, .latentBinary], Padding.allCases)
    func binaryKernelsHaveTheGradientOfTheirSigns(encoding: ParameterEncoding, padding: Padding) throws {
        let context = ExecutionContext(engine: PortableEngine())
        func network(_ kernel: ParameterEncoding) throws -> Network {
            var builder = NetworkBuilder(input: Signal([5, 4, 3], .sign))
            try builder.add(Slice(0..<3), named: "first")
            try builder.add(Conv2D(66, Window(3, stride: 2), padding, kernel: kernel), named: "conv")
            return builder.build()
        }
        var generator = SeededGenerator(seed: 5)
        let (binary, real) = (try network(encoding), try network(.real))
        let parameters = binary.makeParameters(generator)
        let kernel = try #require(parameters.id(named: "conv.kernel"))
        var realParameters = real.makeParameters(generator)
        realParameters.setReals(kernel, context.kernels.unpackSigns(parameters.signs(kernel)).elements)
        let batch = Activation.packed(PackedTensor.random([6, 5, 4, 3], &generator))
        var results: [[[Float]]] = []
        for (network, parameters) in [(binary, parameters), (real, realParameters)] {
            var cache = LayerCache()
            let layer = network.nodes[1].layer
            let output = layer.forward([batch], parameters, mode: .training, context, cache: &cache).real(context)
            var gradients = Gradients(network.specs)
            let dx = try #require(layer.backward(output, cache, parameters, &gradients, needs: [true], context)[0])
            #expect(cache.reals.isEmpty && cache.packed.count == 1, "what came as bits is kept as bits")
            results.append([output.elements, dx.elements, gradients.values(kernel)])
        }
        #expect(results[0] == results[1])
    }
}
