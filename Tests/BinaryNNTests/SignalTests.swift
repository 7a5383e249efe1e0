import BinaryNN
import BitCore
import DenseMath
import Testing

/// What rules can ask for besides gradients, and that nobody pays for it who does not ask.
@Suite struct SignalTests {
    static let context = ExecutionContext(engine: PortableEngine())

    static func network(norm: Bool) throws -> Network {
        var builder = NetworkBuilder(input: Signal([9], .sign))
        try builder.add(Dense(5), named: "dense1")
        if norm { try builder.add(BatchNorm(), named: "norm1") }
        try builder.add(Sign(.straightThrough(limit: 3)), named: "sign1")
        try builder.add(Dense(3), named: "dense2")
        return builder.build()
    }

    static func pass(_ network: Network, _ requests: [ParameterID: SignalSite]) -> (gradients: Gradients, parameters: ParameterStore, input: PackedTensor) {
        var generator = SeededGenerator(seed: 3)
        let parameters = network.makeParameters(generator.split("parameters"))
        let input = coins([8, 9], &generator)
        let tape = network.forward(.packed(input), parameters, context)
        let output = Tensor((0..<24).map { _ in generator.normal() }, shape: [8, 3])
        var gradients = Gradients(network.specs)
        gradients.request(requests)
        network.backward(output, tape, parameters, into: &gradients, context)
        return (gradients, parameters, input)
    }

    @Test(arguments: [true, false], SignalSite.allCases)
    func signalsAreThoseOfTheLayer(_ norm: Bool, _ site: SignalSite) throws {
        let network = try Self.network(norm: norm)
        let ids = network.signalParameters.sorted { $0.index < $1.index }
        #expect(ids.map { network.specs[$0.index].name } == ["dense1.kernel", "dense2.kernel"])
        let plain = Self.pass(network, [:])
        let asked = Self.pass(network, Dictionary(uniqueKeysWithValues: ids.map { ($0, site) }))
        for id in ids {
            #expect(plain.gradients.signals(of: id) == nil)
            #expect(plain.gradients.values(id) == asked.gradients.values(id))
        }
        let first = try #require(asked.gradients.signals(of: ids[0]))
        let second = try #require(asked.gradients.signals(of: ids[1]))
        #expect(first.inputs == asked.input && first.outputGradient.shape == [8, 5])
        // No signs follow the last layer: both sites are its sums.
        #expect(product(second.outputGradient, second.inputs) == asked.gradients.values(ids[1]))
        let atSigns = signGradient(second.outputGradient, asked.parameters.signs(ids[1]))
        switch site {
        case .sums: #expect(close(product(first.outputGradient, first.inputs), asked.gradients.values(ids[0])))
        case .signs: #expect(close((0..<40).map { first.outputGradient[$0] }, atSigns))
        }
    }

    @Test func onlyWhatIsAskedForIsKept() throws {
        let network = try Self.network(norm: true)
        let ids = network.signalParameters.sorted { $0.index < $1.index }
        var (gradients, _, _) = Self.pass(network, [ids[1]: .sums])
        #expect(gradients.signals(of: ids[0]) == nil && gradients.signals(of: ids[1]) != nil)
        gradients.dropSignals()
        #expect(gradients.signals(of: ids[1]) == nil)
    }

    /// Bytes at the inputs are no signs; a convolution hands nothing on.
    @Test func onlyLayersOfSignsGiveSignals() throws {
        var builder = NetworkBuilder(input: Signal([4, 4, 1], .byte(zeroPoint: 0, shift: 0)))
        try builder.add(Conv2D(2, Window(3)), named: "conv1")
        try builder.add(Sign(), named: "sign1")
        try builder.add(Flatten(), named: "flatten")
        try builder.add(Dense(2), named: "dense1")
        let network = builder.build()
        #expect(network.signalParameters.map { network.specs[$0.index].name } == ["dense1.kernel"])
        var bytes = NetworkBuilder(input: Signal([4], .byte(zeroPoint: 0, shift: 0)))
        try bytes.add(Dense(2), named: "dense1")
        #expect(bytes.build().signalParameters.isEmpty)
    }

    /// Yᵀ·X.
    private func product(_ y: Tensor, _ x: PackedTensor) -> [Float] {
        let (batch, outputs, inputs) = (y.shape[0], y.shape[1], x.shape[1])
        return (0..<outputs * inputs).map { place in
            (0..<batch).reduce(Float(0)) { $0 + y[$1 * outputs + place / inputs] * (x[$1, place % inputs] ? 1 : -1) }
        }
    }

    /// Y·W.
    private func signGradient(_ y: Tensor, _ w: PackedTensor) -> [Float] {
        let (batch, outputs, inputs) = (y.shape[0], y.shape[1], w.shape[1])
        return (0..<batch * inputs).map { place in
            (0..<outputs).reduce(Float(0)) { $0 + y[place / inputs * outputs + $1] * (w[$1, place % inputs] ? 1 : -1) }
        }
    }

    private func close(_ a: [Float], _ b: [Float]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 } }
}

/// Fair coins.
private func coins(_ shape: Shape, _ generator: inout SeededGenerator) -> PackedTensor {
    var result = PackedTensor(minusOnes: shape)
    for row in 0..<shape[0] {
        for column in 0..<shape[1] { result[row, column] = generator.next() & 1 == 1 }
    }
    return result
}
