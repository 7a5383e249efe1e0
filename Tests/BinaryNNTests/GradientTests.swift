import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct GradientTests {
    let context = ExecutionContext(engine: PortableEngine())

    /// Dense → BatchNorm → Dense → BatchNorm with real kernels is smooth, so finite differences must agree.
    @Test(arguments: Loss.allCases, [true, false])
    func smoothNetworksAgreeWithFiniteDifferences(loss: Loss, scale: Bool) throws {
        var builder = NetworkBuilder(input: Signal([7], .real))
        try builder.add(Dense(9, kernel: .real, bias: true), named: "dense1")
        try builder.add(BatchNorm(scale: scale), named: "norm1")
        try builder.add(Dense(4, kernel: .real, bias: true), named: "dense2")
        try builder.add(BatchNorm(scale: scale), named: "norm2")
        let network = builder.build()
        var generator = SeededGenerator(seed: 3)
        let parameters = network.makeParameters(generator)
        let batch = Tensor.normal([16, 7], &generator)
        let check = GradientCheck(
            network, parameters, .real(batch), labels: (0..<16).map { $0 % 4 }, loss: loss, context, step: loss == .crossEntropy ? 2e-2 : 5e-3)
        #expect(check.worst < 0.02, "\(check.place)")
    }

    /// Two paths from one value: their gradients add up.
    @Test func residualPathsAgreeWithFiniteDifferences() throws {
        var builder = NetworkBuilder(input: Signal([6], .real))
        let stem = try builder.add(Dense(5, kernel: .real), named: "stem")
        let branch = try builder.add(Dense(5, kernel: .real), named: "branch", reading: stem)
        let sum = try builder.add(Add(), named: "sum", reading: stem, branch)
        try builder.add(Dense(3, kernel: .real), named: "head", reading: sum)
        let network = builder.build()
        var generator = SeededGenerator(seed: 4)
        let check = GradientCheck(
            network, network.makeParameters(generator), .real(Tensor.normal([8, 6], &generator)), labels: [0, 1, 2, 0, 1, 2, 0, 1],
            loss: .crossEntropy, context)
        #expect(check.worst < 0.02, "\(check.place)")
    }

    /// A binary kernel's gradient is that of a real kernel which holds the same ±1.
    @Test(arguments: [ParameterEncoding.binary, .latentBinary])
    func binaryKernelsHaveTheGradientOfTheirSigns(encoding: ParameterEncoding) throws {
        func network(_ kernel: ParameterEncoding) throws -> Network {
            var builder = NetworkBuilder(input: Signal([70], .sign))
            try builder.add(Dense(5, kernel: kernel), named: "dense")
            return builder.build()
        }
        var generator = SeededGenerator(seed: 5)
        let (binary, real) = (try network(encoding), try network(.real))
        let parameters = binary.makeParameters(generator)
        let kernel = try #require(parameters.id(named: "dense.kernel"))
        let signs = parameters.signs(kernel)
        var realParameters = real.makeParameters(generator)
        realParameters.setReals(kernel, context.kernels.unpackSigns(signs).elements)
        let batch = Activation.packed(PackedTensor.random([12, 70], &generator))
        var gradients: [Gradients] = []
        var outputs: [Tensor] = []
        for (network, parameters) in [(binary, parameters), (real, realParameters)] {
            let tape = network.forward(batch, parameters, context)
            var gradient = Gradients(network.specs)
            let output = tape.output.real(context)
            network.backward(output, tape, parameters, into: &gradient, context)
            gradients.append(gradient)
            outputs.append(output)
        }
        #expect(outputs[0] == outputs[1])
        #expect(gradients[0].values(kernel) == gradients[1].values(kernel))
    }
}
