/// Two different nodes of an undirected graph that are joined.
public struct GraphEdge: Hashable, Sendable, Codable {
    public var u: Int
    public var v: Int

    public init(_ u: Int, _ v: Int) { (self.u, self.v) = (u, v) }
}

/// The normalised adjacency of an undirected graph, Â = D^(−1/2)·(A + I)·D^(−1/2) with D the row sums of A + I (Kipf & Welling 2017), as
/// compressed rows: Â_ij = 1/√(d_i·d_j) where i and j are joined or equal, d_i = 1 + the number of i's neighbours.
///
/// Invariants: as many rows as columns, columns of a row ascending, symmetric.
public struct SparseAdjacency: Sendable, Equatable {
    /// Where each row begins in `columns` and `values`, and at the end their count.
    public let rowStarts: [Int]
    public let columns: [Int32]
    public let values: [Float]

    /// - Precondition: every edge joins two different nodes below `nodeCount`, and none is there twice, either way round.
    public init(nodeCount: Int, edges: [GraphEdge]) {
        precondition(nodeCount >= 0 && nodeCount <= Int(Int32.max), "a graph of \(nodeCount) nodes")
        var degrees = [Int](repeating: 1, count: nodeCount)
        for edge in edges {
            precondition(
                edge.u != edge.v && min(edge.u, edge.v) >= 0 && max(edge.u, edge.v) < nodeCount,
                "edge \(edge.u)–\(edge.v) in a graph of \(nodeCount) nodes")
            degrees[edge.u] += 1
            degrees[edge.v] += 1
        }
        var starts = [0]
        starts.reserveCapacity(nodeCount + 1)
        for degree in degrees { starts.append(starts[starts.count - 1] + degree) }
        var columns = [Int32](repeating: 0, count: starts[nodeCount])
        var next = Array(starts.dropLast())
        func place(_ row: Int, _ column: Int) {
            columns[next[row]] = Int32(column)
            next[row] += 1
        }
        for node in 0..<nodeCount { place(node, node) }
        for edge in edges {
            place(edge.u, edge.v)
            place(edge.v, edge.u)
        }
        for row in 0..<nodeCount { columns[starts[row]..<starts[row + 1]].sort() }
        var values = [Float](repeating: 0, count: columns.count)
        for row in 0..<nodeCount {
            for place in starts[row]..<starts[row + 1] {
                precondition(place == starts[row] || columns[place] != columns[place - 1], "edge \(row)–\(columns[place]) is there twice")
                values[place] = Float(1 / (Double(degrees[row]) * Double(degrees[Int(columns[place])])).squareRoot())
            }
        }
        self.init(rowStarts: starts, columns: columns, values: values)
    }

    init(rowStarts: [Int], columns: [Int32], values: [Float]) {
        (self.rowStarts, self.columns, self.values) = (rowStarts, columns, values)
    }

    public var nodeCount: Int { rowStarts.count - 1 }

    /// Entries that are not 0: a node for itself, and both ends of each edge.
    public var entryCount: Int { columns.count }

    /// The nodes joined to `node`, itself among them, in ascending order.
    public func neighbours(_ node: Int) -> ArraySlice<Int32> { columns[rowStarts[node]..<rowStarts[node + 1]] }
}
