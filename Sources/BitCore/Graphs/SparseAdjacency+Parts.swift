extension SparseAdjacency {
    /// The nodes that are at most `hops` edges away from some of `nodes`, themselves among them, in ascending order.
    /// - Precondition: every node is one of the graph.
    public func field(of nodes: some Collection<Int>, hops: Int) -> [Int] {
        var isInside = [Bool](repeating: false, count: nodeCount)
        var front = Array(nodes)
        for node in front { isInside[node] = true }
        for _ in 0..<Swift.max(hops, 0) {
            var next: [Int] = []
            for node in front {
                for neighbour in neighbours(node) where !isInside[Int(neighbour)] {
                    isInside[Int(neighbour)] = true
                    next.append(Int(neighbour))
                }
            }
            front = next
        }
        return isInside.indices.filter { isInside[$0] }
    }

    /// The rows and columns of `nodes`, with the values they have in the whole graph: what is computed at a node whose neighbours are all among
    /// them is what the whole graph would give.
    /// - Precondition: nodes of the graph in ascending order, none twice.
    public func restricted(to nodes: [Int]) -> SparseAdjacency {
        var place = [Int32](repeating: -1, count: nodeCount)
        for (index, node) in nodes.enumerated() {
            precondition(index == 0 || nodes[index - 1] < node, "the nodes of a part are in ascending order, but \(node) is not")
            place[node] = Int32(index)
        }
        var (starts, columns, values): ([Int], [Int32], [Float]) = ([0], [], [])
        for node in nodes {
            for entry in rowStarts[node]..<rowStarts[node + 1] where place[Int(self.columns[entry])] >= 0 {
                columns.append(place[Int(self.columns[entry])])
                values.append(self.values[entry])
            }
            starts.append(columns.count)
        }
        return SparseAdjacency(rowStarts: starts, columns: columns, values: values)
    }
}
