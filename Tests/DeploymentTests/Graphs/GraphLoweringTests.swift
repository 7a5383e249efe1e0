import BinaryInference
import BinaryNN
import BitCore
import DenseMath
import Deployment
import Testing

@Suite struct GraphLoweringTests {
    static let context = ExecutionContext(engine: PortableEngine())

    struct Case: Sendable, CustomTestStringConvertible {
        var kernel: ParameterEncoding
        var scale: WeightScale
        var hasNorm: Bool
        var seed: UInt64
        var testDescription: String { "\(kernel.rawValue), \(scale.name), norm \(hasNorm), seed \(seed)" }

        static let all: [Case] = [ParameterEncoding.latentBinary, .binary].flatMap { kernel in
            [WeightScale.none, .learned, .meanMagnitude(.through)].filter { kernel == .latentBinary || $0 != .meanMagnitude(.through) }.flatMap { scale in
                [false, true].flatMap { norm in [1, 2].map { Case(kernel: kernel, scale: scale, hasNorm: norm, seed: $0) } }
            }
        }
    }

    static func input(_ nodes: Int, _ features: Int, _ generator: inout SeededGenerator) -> GraphInput {
        var edges: [GraphEdge] = []
        for u in 0..<nodes {
            for v in 0..<u where generator.uniform() < 0.08 { edges.append(GraphEdge(u, v)) }
        }
        let values = Tensor((0..<nodes * features).map { _ in generator.normal() }, shape: [nodes, features])
        let graph = NodeGraph(SparseAdjacency(nodeCount: nodes, edges: edges), scales: values.rowMagnitudes())
        return GraphInput(signs: context.kernels.packSigns(values), graph: graph)
    }

    static func network(_ test: Case, features: Int, classes: Int) throws -> Network {
        var builder = NetworkBuilder(input: Signal([features], .sign))
        let norm = test.hasNorm ? BatchNorm(scale: false, shift: false) : nil
        var last = try BinaryGraphConv(16, kernel: test.kernel, scale: test.scale, dropout: 0.4).add(to: &builder, number: 1, reading: .input)
        last = try BinaryGraphConv(9, kernel: test.kernel, scale: test.scale, norm: norm, bias: false).add(to: &builder, number: 2, reading: last)
        try BinaryGraphConv(classes, kernel: test.kernel, scale: test.scale, dropout: 0.2, norm: norm).add(to: &builder, number: 3, reading: last)
        return builder.build()
    }

    /// Scores of packed inference are those of evaluation while training, to the bit, on every instruction set and any number of threads; so are
    /// those of the model read back from its file.
    @Test(arguments: Case.all) func packedScoresAreTheNetworks(test: Case) throws {
        var generator = SeededGenerator(seed: test.seed)
        let input = Self.input(90, 131, &generator)
        let network = try Self.network(test, features: 131, classes: 5)
        var parameters = network.makeParameters(generator)
        for id in parameters.ids where [.statistic, .threshold].contains(parameters.spec(id).role) {
            parameters.withMutableReals(id) { values in for i in 0..<values.count { values[i] = 0.3 + generator.uniform() } }
        }
        let expected = network.infer(.packed(input.signs), parameters, Self.context.over(input.graph)).real(Self.context)
        let model = try Lowering.lowerGraph(network, parameters, labels: (0..<5).map(String.init), name: "test", metadata: ["seed": "\(test.seed)"])
        let read = try GraphModel(parsing: model.encoded())
        #expect(read == model)
        for isa in InstructionSet.supported {
            for threads in [1, 3] {
                let session = GraphSession(read, kernels: Kernels(isa), parallel: Parallel(threads: threads))
                #expect(session.scores(input) == expected, "\(isa), \(threads) threads")
            }
        }
        let width = expected.shape[1]
        #expect(GraphSession(model).classify(input) == (0..<90).map { node in argmax((0..<width).map { expected[node * width + $0] }) })
    }

    @Test func otherNetworksAreRefused() throws {
        var builder = NetworkBuilder(input: Signal([8], .sign))
        try builder.add(Dense(3), named: "dense")
        #expect(throws: LoweringError.self) {
            let network = builder.build()
            _ = try Lowering.lowerGraph(network, network.makeParameters(SeededGenerator(seed: 1)), labels: ["a", "b", "c"], name: "")
        }
        try builder.add(Sign(), named: "sign")
        try builder.add(GraphPropagation(), named: "propagate")
        #expect(throws: LoweringError.self) {
            let network = builder.build()
            _ = try Lowering.lowerGraph(network, network.makeParameters(SeededGenerator(seed: 1)), labels: ["a", "b", "c"], name: "")
        }
    }

    /// Every byte changed, and every length: an error or the same model, never a crash.
    @Test func damagedFilesAreRefused() throws {
        let network = try Self.network(Case(kernel: .binary, scale: .learned, hasNorm: true, seed: 1), features: 20, classes: 2)
        let model = try Lowering.lowerGraph(network, network.makeParameters(SeededGenerator(seed: 1)), labels: ["a", "b"], name: "test")
        let bytes = model.encoded()
        #expect(GraphModel.isGraphModel(bytes) && !GraphModel.isGraphModel(Array(bytes.dropLast())))
        var generator = SeededGenerator(seed: 9)
        for place in 0..<bytes.count {
            var damaged = bytes
            damaged[place] ^= UInt8(1 + generator.index(below: 255))
            if let read = try? GraphModel(parsing: damaged) { #expect(read == model) }
            if place % 7 == 0 { #expect(throws: ModelFileError.self) { try GraphModel(parsing: Array(bytes.prefix(place))) } }
        }
        #expect(throws: ModelFileError.self) { try InferenceModel(parsing: bytes) }
    }
}
