import BitCore
import Testing

@Suite struct SparseAdjacencyTests {
    static func random(_ nodes: Int, _ share: Float, seed: UInt64) -> SparseAdjacency {
        var generator = SeededGenerator(seed: seed)
        var edges: [GraphEdge] = []
        for u in 0..<nodes {
            for v in 0..<u where generator.uniform() < share { edges.append(generator.uniform() < 0.5 ? GraphEdge(u, v) : GraphEdge(v, u)) }
        }
        return SparseAdjacency(nodeCount: nodes, edges: edges)
    }

    static func values(_ shape: Shape, seed: UInt64) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        return Tensor((0..<shape.count).map { _ in generator.normal() }, shape: shape)
    }

    /// A path of three nodes by hand: degrees with the node itself 2, 3, 2.
    @Test func normalisesByDegrees() {
        let path = SparseAdjacency(nodeCount: 3, edges: [GraphEdge(1, 0), GraphEdge(1, 2)])
        #expect(path.rowStarts == [0, 2, 5, 7] && path.columns == [0, 1, 0, 1, 2, 1, 2])
        let side = Float(1 / 6.0.squareRoot())
        #expect(path.values == [0.5, side, side, Float(1 / 3.0), side, side, 0.5])
        #expect(Array(path.neighbours(1)) == [0, 1, 2])
    }

    @Test(arguments: [(0, 3), (1, 1), (5, 1), (40, 7), (200, 16), (90, 33)])
    func productIsTheReference(nodes: Int, width: Int) {
        let graph = Self.random(nodes, 0.1, seed: 1)
        let x = Self.values([nodes, width], seed: 2)
        let scales = Self.values([nodes], seed: 3).elements
        for scales in [nil, scales] {
            let expected = graph.referenceProduct(x, scales: scales)
            for threads in [1, 2, 3, 8] { #expect(graph.product(x, scales: scales, parallel: Parallel(threads: threads)) == expected) }
        }
    }

    /// ⟨y, Âx⟩ = ⟨Ây, x⟩: what the backward pass counts on.
    @Test func isSymmetric() {
        let graph = Self.random(60, 0.1, seed: 4)
        for row in 0..<60 {
            for (place, column) in zip(graph.rowStarts[row]..., graph.neighbours(row)) {
                let back = graph.neighbours(Int(column)).firstIndex(of: Int32(row)) ?? -1
                #expect(graph.values[place] == graph.values[back])
            }
        }
    }

    @Test func fieldsAndParts() {
        // 0–1–2–3–4 and 5 alone.
        let graph = SparseAdjacency(nodeCount: 6, edges: (0..<4).map { GraphEdge($0, $0 + 1) })
        #expect(graph.field(of: [0], hops: 0) == [0])
        #expect(graph.field(of: [1], hops: 1) == [0, 1, 2])
        #expect(graph.field(of: [4, 0], hops: 2) == [0, 1, 2, 3, 4])
        #expect(graph.field(of: [5], hops: 9) == [5])
        #expect(graph.restricted(to: Array(0..<6)) == graph)
        let part = graph.restricted(to: [1, 2, 5])
        #expect(part.columns == [0, 1, 0, 1, 2] && part.rowStarts == [0, 2, 4, 5])
        #expect(part.values == [Float(1 / 3.0), Float(1 / 3.0), Float(1 / 3.0), Float(1 / 3.0), 1])
    }

    /// At nodes whose neighbours are all in the part, the part gives the bits of the whole.
    @Test func partsGiveTheWholesValues() {
        let graph = Self.random(120, 0.03, seed: 5)
        let x = Self.values([120, 5], seed: 6)
        let seeds = [3, 17, 80]
        let field = graph.field(of: seeds, hops: 2)
        let inner = graph.field(of: seeds, hops: 1)
        let whole = graph.product(x)
        let part = graph.restricted(to: field).product(Tensor(field.flatMap { node in (0..<5).map { x[node * 5 + $0] } }, shape: [field.count, 5]))
        for (row, node) in field.enumerated() where inner.contains(node) {
            for column in 0..<5 { #expect(part[row * 5 + column] == whole[node * 5 + column]) }
        }
    }

    @Test func partsOfInputs() {
        var signs = PackedTensor(minusOnes: [4, 70])
        signs[2, 69] = true
        signs[3, 1] = true
        let graph = NodeGraph(SparseAdjacency(nodeCount: 4, edges: [GraphEdge(2, 3)]), scales: [1, 2, 3, 4])
        let part = GraphInput(signs: signs, graph: graph).restricted(to: [2, 3])
        #expect(part.signs[0, 69] && part.signs[1, 1] && part.graph.scales == [3, 4] && part.featureCount == 70 && part.signs.paddingIsZero)
        #expect(Tensor([1, -3, 0, 0.5], shape: [2, 2]).rowMagnitudes() == [2, 0.25])
    }
}
