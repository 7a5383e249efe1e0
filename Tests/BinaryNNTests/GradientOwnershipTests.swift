import BinaryNN
import BitCore
import DenseMath
import Synchronization
import Testing
import _TestSupport

/// A backward pass gives each layer the only reference to its gradient, so that layers of one result an element write over it. A second reference is
/// no error, and costs a copy of every gradient: nothing but this suite would tell.
@Suite struct GradientOwnershipTests {
    final class Log: Sendable {
        let entries = Mutex<[(isUnique: Bool, address: UInt)]>([])
    }

    /// Hands values on, and notes where gradients lie.
    struct Probe: Layer {
        let log: Log

        var kind: String { "Probe" }

        func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal { inputs[0] }

        func forward(
            _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
        ) -> Activation { inputs[0] }

        func backward(
            _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
            _ context: ExecutionContext
        ) -> [Tensor?] {
            var gradient = consume outputGradient
            let isUnique = gradient.isUnique()
            let address = gradient.withUnsafeElements { UInt(bitPattern: $0.baseAddress) }
            log.entries.withLock { $0.append((isUnique, address)) }
            return [gradient]
        }

        func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
    }

    static let layers: [(name: String, layers: [any Layer])] = [
        ("norm", [BatchNorm()]), ("norm and sign in one pass", [BatchNorm(), Sign()]), ("sign", [Sign()]), ("weighed sign", [Sign(.approxSign)]),
        ("slices", [MultiSliceSign(slices: 1)]), ("layer norm", [LayerNorm()]), ("PReLU", [PReLU()]), ("ReLU", [ReLU()]), ("dropout", [Dropout(0.5)]),
        ("shift", [LearnedShift()]),
    ]

    @Test(arguments: layers.indices) func gradientsAreWrittenOver(_ index: Int) throws {
        let (name, layers) = Self.layers[index]
        let log = Log()
        var builder = NetworkBuilder(input: Signal([5, 6, 3], .real))
        try builder.add(Conv2D(8, Window(1), kernel: .real), named: "first")
        try builder.add(Probe(log: log), named: "probe1")
        for (place, layer) in layers.enumerated() { try builder.add(layer, named: "layer\(place)") }
        try builder.add(Probe(log: log), named: "probe2")
        let network = builder.build()
        var generator = SeededGenerator(seed: 3)
        let parameters = network.makeParameters(generator)
        let context = ExecutionContext(engine: PortableEngine())
        var gradients = Gradients(network.specs)
        let tape = network.forward(.real(.normal(Shape([4, 5, 6, 3]), &generator)), parameters, context)
        network.backward(Tensor.normal(Shape([4, 5, 6, 8]), &generator), tape, parameters, into: &gradients, context)
        let entries = log.entries.withLock { $0 }
        #expect(entries.count == 2)
        let areUnique = entries.allSatisfy { $0.isUnique }
        #expect(areUnique, "\(name)")
        #expect(entries.first?.address == entries.last?.address, "\(name)")
    }
}
