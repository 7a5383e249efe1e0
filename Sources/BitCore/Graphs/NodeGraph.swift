/// What a pass over the nodes of a graph needs besides their features: rows of a batch are nodes, and this says which of them are joined.
public struct NodeGraph: Sendable {
    public let adjacency: SparseAdjacency
    /// The mean magnitude of each node's features, where the network's input is their signs: α of x ≈ α·sign(x).
    public let scales: [Float]

    /// - Precondition: a scale for each node.
    public init(_ adjacency: SparseAdjacency, scales: [Float]) {
        precondition(scales.count == adjacency.nodeCount, "\(scales.count) scales for a graph of \(adjacency.nodeCount) nodes")
        (self.adjacency, self.scales) = (adjacency, scales)
    }

    public var nodeCount: Int { adjacency.nodeCount }
}

/// A whole graph, or a part of one, as the input of a binary network: signs of the features, [nodes × features], and the graph.
public struct GraphInput: Sendable {
    public let signs: PackedTensor
    public let graph: NodeGraph

    /// - Precondition: a row of signs for each node.
    public init(signs: PackedTensor, graph: NodeGraph) {
        precondition(
            signs.shape.rank == 2 && signs.shape[0] == graph.nodeCount, "signs of shape \(signs.shape) for a graph of \(graph.nodeCount) nodes")
        (self.signs, self.graph) = (signs, graph)
    }

    public var nodeCount: Int { graph.nodeCount }
    public var featureCount: Int { signs.shape[1] }

    /// The part on `nodes`; see `SparseAdjacency.restricted`.
    public func restricted(to nodes: [Int]) -> GraphInput {
        var part = PackedTensor(minusOnes: [nodes.count, featureCount])
        let stride = part.wordsPerRow
        signs.withUnsafeWords { words in
            part.withUnsafeMutableWords { target in
                for (row, node) in nodes.enumerated() {
                    for word in 0..<stride { target[row * stride + word] = words[node * stride + word] }
                }
            }
        }
        return GraphInput(signs: part, graph: NodeGraph(graph.adjacency.restricted(to: nodes), scales: nodes.map { graph.scales[$0] }))
    }
}

extension Tensor {
    /// The mean magnitude of each row of [rows × columns], summed in Double in the order of the columns, rounded once: the same bits everywhere.
    /// 0 for rows without columns.
    public func rowMagnitudes() -> [Float] {
        let width = shape.columns
        return withUnsafeElements { x in
            (0..<shape.rows).map { row in
                var sum = 0.0
                for place in row * width..<(row + 1) * width { sum += Double(x[place].magnitude) }
                return Float(sum / Double(Swift.max(width, 1)))
            }
        }
    }
}
