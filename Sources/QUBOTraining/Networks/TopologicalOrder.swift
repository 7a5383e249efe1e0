/// The order of the neurons of a graph in which every edge leads forward; of several, the one that keeps the given numbers in their order as far as
/// that goes. Finds what makes a graph no network.
struct TopologicalOrder {
    /// The place of each neuron.
    let rank: [Int]

    init(inputs: Int, neurons: Int, edges: [(source: Int, target: Int)], outputs: [Int], hasBias: Bool) throws(TopologyError) {
        let units = inputs + neurons
        var children = [[Int]](repeating: [], count: neurons)
        var parents = [[Int]](repeating: [], count: neurons)
        var seen = Set<SpinNetwork.Edge>()
        for (source, target) in edges {
            guard (0..<units).contains(source), (0..<units).contains(target) else { throw .unknownUnit(source: source, target: target, units: units) }
            guard target >= inputs else { throw .intoInput(source: source, target: target, inputs: inputs) }
            guard seen.insert(.init(source: source, target: target)).inserted else { throw .duplicateEdge(source: source, target: target) }
            guard source != target else { throw .cycle([source]) }
            parents[target - inputs].append(source)
            if source >= inputs { children[source - inputs].append(target - inputs) }
        }
        if let alone = parents.firstIndex(where: \.isEmpty), !hasBias { throw .noParents(alone + inputs) }
        rank = try Self.sorted(children, inputs: inputs)

        guard !outputs.isEmpty else { throw .noOutputs }
        var isOutput = [Bool](repeating: false, count: neurons)
        for output in outputs {
            guard (inputs..<units).contains(output), !isOutput[output - inputs] else { throw .badOutput(output, neurons: inputs..<units) }
            isOutput[output - inputs] = true
        }
        // What outputs depend on, walking back.
        var isUsed = isOutput
        var open = outputs
        while let unit = open.popLast() {
            for parent in parents[unit - inputs] where parent >= inputs && !isUsed[parent - inputs] {
                isUsed[parent - inputs] = true
                open.append(parent)
            }
        }
        if let idle = isUsed.firstIndex(of: false) { throw .unread(idle + inputs) }
    }

    /// Kahn's algorithm that always takes the lowest free number.
    private static func sorted(_ children: [[Int]], inputs: Int) throws(TopologyError) -> [Int] {
        var waits = [Int](repeating: 0, count: children.count)
        for child in children.joined() { waits[child] += 1 }
        var rank = [Int](repeating: -1, count: children.count)
        var free = MinHeap(waits.indices.filter { waits[$0] == 0 })
        var next = 0
        while let neuron = free.popLeast() {
            rank[neuron] = next
            next += 1
            for child in children[neuron] {
                waits[child] -= 1
                if waits[child] == 0 { free.insert(child) }
            }
        }
        guard next == children.count else { throw .cycle(cycle(children, among: rank.indices.filter { rank[$0] < 0 }).map { $0 + inputs }) }
        return rank
    }

    /// A cycle among neurons none of which could be ordered: every one of them lies on a cycle or behind one, so walking back along unordered parents
    /// closes one.
    private static func cycle(_ children: [[Int]], among rest: [Int]) -> [Int] {
        var parent: [Int: Int] = [:]
        let isLeft = Set(rest)
        for neuron in rest { for child in children[neuron] where isLeft.contains(child) { parent[child] = neuron } }
        var path: [Int] = []
        var place: [Int: Int] = [:]
        var neuron = rest[0]
        while place[neuron] == nil {
            place[neuron] = path.count
            path.append(neuron)
            neuron = parent[neuron] ?? neuron
        }
        return path[place[neuron]!...].reversed()
    }
}

/// A binary heap of integers, the least on top.
private struct MinHeap {
    private var items: [Int]

    /// - Precondition: ascending.
    init(_ ascending: [Int]) { items = ascending }

    mutating func insert(_ item: Int) {
        items.append(item)
        var i = items.count - 1
        while i > 0, items[i] < items[(i - 1) / 2] {
            items.swapAt(i, (i - 1) / 2)
            i = (i - 1) / 2
        }
    }

    mutating func popLeast() -> Int? {
        guard let least = items.first else { return nil }
        items[0] = items[items.count - 1]
        items.removeLast()
        var i = 0
        while 2 * i + 1 < items.count {
            var child = 2 * i + 1
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            if items[i] <= items[child] { break }
            items.swapAt(i, child)
            i = child
        }
        return least
    }
}
