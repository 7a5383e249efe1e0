import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct GraphLayerTests {
    static let context = ExecutionContext(engine: PortableEngine())

    static func graph(_ nodes: Int, seed: UInt64) -> NodeGraph {
        var generator = SeededGenerator(seed: seed)
        var edges: [GraphEdge] = []
        for u in 0..<nodes {
            for v in 0..<u where generator.uniform() < 0.3 { edges.append(GraphEdge(u, v)) }
        }
        return NodeGraph(SparseAdjacency(nodeCount: nodes, edges: edges), scales: (0..<nodes).map { _ in 0.5 + generator.uniform() })
    }

    static func normal(_ shape: Shape, _ generator: inout SeededGenerator) -> Tensor {
        Tensor((0..<shape.count).map { _ in generator.normal() }, shape: shape)
    }

    @Test(arguments: 0..<5) func keepPromises(_ index: Int) throws {
        let layers: [(any Layer, [Signal])] = [
            (RowScaledSign(), [Signal([70], .real)]), (GraphPropagation(), [Signal([7], .real)]),
            (GraphPropagation(), [Signal([7], .real), Signal([7], .real)]), (BatchNorm(scale: false, shift: false), [Signal([9], .real)]),
            (Dropout(0.4), [Signal([70], .sign)]),
        ]
        let (layer, signals) = layers[index]
        func check(_ layer: some Layer) throws -> [String] { try LayerConformance(layer, signals, seed: 6, Self.context).failures }
        #expect(try check(layer) == [])
    }

    /// With a graph in the context one and more threads give the same bits, forward and backward.
    @Test func threadsDoNotMatter() throws {
        let graph = Self.graph(50, seed: 1)
        var generator = SeededGenerator(seed: 2)
        let (v, x, gradient) = (Self.normal([50, 16], &generator), Self.normal([50, 30], &generator), Self.normal([50, 16], &generator))
        var results: [[Float]] = []
        for threads in [1, 2, 5] {
            var context = Self.context.over(graph)
            context.parallel = Parallel(threads: threads)
            var (cache, gradients) = (LayerCache(), Gradients([]))
            let layer = GraphPropagation()
            let output = layer.forward([.real(v), .real(x)], ParameterStore([]), mode: .training, context, cache: &cache).real(context)
            let back = layer.backward(gradient, cache, ParameterStore([]), &gradients, needs: [true, true], context)
            results.append(output.elements + (back[0]?.elements ?? []))
            #expect(back[1] == Tensor(zeros: [50, 30]))
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    /// What propagates is linear in v: the backward pass is the adjoint, ⟨g, Âαv⟩ = ⟨backward(g), v⟩.
    @Test(arguments: [false, true]) func backwardIsTheAdjoint(withMagnitudes: Bool) throws {
        let context = Self.context.over(Self.graph(23, seed: 3))
        var generator = SeededGenerator(seed: 4)
        let (v, x, g) = (Self.normal([23, 5], &generator), Self.normal([23, 5], &generator), Self.normal([23, 5], &generator))
        var (cache, gradients) = (LayerCache(), Gradients([]))
        let inputs: [Activation] = withMagnitudes ? [.real(v), .real(x)] : [.real(v)]
        let y = GraphPropagation().forward(inputs, ParameterStore([]), mode: .training, context, cache: &cache).real(context)
        let back = GraphPropagation().backward(g, cache, ParameterStore([]), &gradients, needs: inputs.map { _ in true }, context)
        func dot(_ a: Tensor, _ b: Tensor) -> Double { zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        let dv = try #require(back[0])
        #expect(abs(dot(g, y) - dot(dv, v)) < 1e-4 * (1 + abs(dot(g, y))))
    }

    /// The whole convolution against plain arithmetic: forward, and the published gradients of features and weights.
    @Test func convolutionIsBiGCN() throws {
        let (nodes, inputs, outputs) = (11, 9, 4)
        let graph = Self.graph(nodes, seed: 5)
        let context = Self.context.over(graph)
        var builder = NetworkBuilder(input: Signal([3], .real))
        // A real layer before it: the gradient at the features shows in that of its weights.
        let first = try builder.add(Dense(inputs, kernel: .real), named: "dense", reading: .input)
        try BinaryGraphConv(outputs).add(to: &builder, number: 1, reading: first)
        let network = builder.build()
        var generator = SeededGenerator(seed: 6)
        var parameters = network.makeParameters(generator)
        let kernel = try #require(parameters.id(named: "conv1.kernel"))
        let dense = try #require(parameters.id(named: "dense.kernel"))
        parameters.withMutableReals(kernel) { w in for i in 0..<w.count { w[i] = 1.2 * generator.normal() } }
        let input = Self.normal([nodes, 3], &generator)
        let upstream = Self.normal([nodes, outputs], &generator)
        let tape = network.forward(.real(input), parameters, context)
        var gradients = Gradients(network.specs)
        network.backward(upstream, tape, parameters, into: &gradients, context)

        // In Double.
        func matrix(_ tensor: Tensor) -> [[Double]] {
            let width = tensor.shape.columns
            return (0..<tensor.shape.rows).map { row in (0..<width).map { Double(tensor[row * width + $0]) } }
        }
        func sign(_ x: Double) -> Double { x >= 0 ? 1 : -1 }
        let w0 = matrix(Tensor(parameters.reals(dense), shape: [inputs, 3]))
        let w = matrix(Tensor(parameters.reals(kernel), shape: [outputs, inputs]))
        let (x0, g) = (matrix(input), matrix(upstream))
        let x = x0.map { row in w0.map { zip($0, row).reduce(0) { $0 + $1.0 * $1.1 } } }
        let alpha = x.map { $0.reduce(0) { $0 + abs($1) } / Double(inputs) }
        let beta = w.map { $0.reduce(0) { $0 + abs($1) } / Double(inputs) }
        var a = Array(repeating: Array(repeating: 0.0, count: nodes), count: nodes)
        for row in 0..<nodes {
            for place in graph.adjacency.rowStarts[row]..<graph.adjacency.rowStarts[row + 1] {
                a[row][Int(graph.adjacency.columns[place])] = Double(graph.adjacency.values[place])
            }
        }
        let output = tape.output.real(context)
        var dv = Array(repeating: Array(repeating: 0.0, count: outputs), count: nodes)
        for i in 0..<nodes {
            for o in 0..<outputs {
                var y = 0.0
                for j in 0..<nodes {
                    let z = (0..<inputs).reduce(0.0) { $0 + sign(x[j][$1]) * sign(w[o][$1]) }
                    y += a[i][j] * alpha[j] * beta[o] * z
                    dv[i][o] += a[j][i] * g[j][o]
                }
                #expect(abs(y - Double(output[i * outputs + o])) < 1e-4)
            }
        }
        let kernelGradient = gradients.values(kernel)
        for o in 0..<outputs {
            // q = β·sign(w); ∂loss/∂q.
            let q = (0..<inputs).map { k in (0..<nodes).reduce(0.0) { $0 + dv[$1][o] * alpha[$1] * sign(x[$1][k]) } }
            let share = (0..<inputs).reduce(0.0) { $0 + q[$1] * sign(w[o][$1]) } / Double(inputs)
            for k in 0..<inputs {
                let expected = (abs(w[o][k]) <= 1 ? beta[o] * q[k] : 0) + sign(w[o][k]) * share
                #expect(abs(expected - Double(kernelGradient[o * inputs + k])) < 1e-3)
            }
        }
        let denseGradient = gradients.values(dense)
        for k in 0..<inputs {
            for c in 0..<3 {
                // dx = (∂loss/∂(α·sign x))·1[|x| ≤ 1], as published: without α.
                let expected = (0..<nodes).reduce(0.0) { sum, i in
                    let at = (0..<outputs).reduce(0.0) { $0 + dv[i][$1] * beta[$1] * sign(w[$1][k]) }
                    return sum + (abs(x[i][k]) <= 1 ? at : 0) * x0[i][c]
                }
                #expect(abs(expected - Double(denseGradient[k * 3 + c])) < 1e-3)
            }
        }
    }

    /// Finite differences where the loss is smooth: real kernels around propagation, with batch norm without affine.
    @Test func finiteDifferences() throws {
        var builder = NetworkBuilder(input: Signal([6], .real))
        let first = try builder.add(Dense(5, kernel: .real, bias: true), named: "dense1", reading: .input)
        let mixed = try builder.add(GraphPropagation(), named: "propagate1", reading: first)
        let norm = try builder.add(BatchNorm(scale: false, shift: false), named: "norm", reading: mixed)
        let second = try builder.add(Dense(3, kernel: .real), named: "dense2", reading: norm)
        try builder.add(GraphPropagation(), named: "propagate2", reading: second)
        let network = builder.build()
        var generator = SeededGenerator(seed: 8)
        let parameters = network.makeParameters(generator)
        let input = Self.normal([12, 6], &generator)
        let check = GradientCheck(
            network, parameters, .real(input), labels: (0..<12).map { $0 % 3 }, loss: .crossEntropy, Self.context.over(Self.graph(12, seed: 9)), step: 1e-2)
        #expect(check.worst < 2e-2, "\(check.place)")
    }

    /// Gradients that no trained parameter waits for are not computed; the others are what they were.
    @Test func uselessGradientsAreLeftOut() throws {
        var builder = NetworkBuilder(input: Signal([8], .sign))
        try BinaryGraphConv(4, dropout: 0.3).add(to: &builder, number: 1, reading: .input)
        let network = builder.build()
        let parameters = network.makeParameters(SeededGenerator(seed: 1))
        var generator = SeededGenerator(seed: 2)
        let signs = Self.context.kernels.packSigns(Self.normal([20, 8], &generator))
        let context = Self.context.over(Self.graph(20, seed: 1))
        let tape = network.forward(.packed(signs), parameters, context)
        var gradients = Gradients(network.specs)
        network.backward(Self.normal([20, 4], &generator), tape, parameters, into: &gradients, context)
        #expect(gradients.values(parameters.ids[0]).contains { $0 != 0 })
    }
}
