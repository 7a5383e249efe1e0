internal import BinaryNN
internal import BitCore

/// Which norms of a network become thresholds when it ships, and which maxima are taken of signs.
struct ShippingPlan {
    private let network: Network
    /// For each value, the nodes that read it.
    private let readers: [[Int]]
    /// Signs that a value is stored as, an element, where it is one that a maximum of signs reads or makes: by node.
    private(set) var slices: [Int: Int] = [:]
    /// Signs behind such a maximum, which are made before it.
    private(set) var comesAsSigns: Set<Int> = []

    init(_ network: Network) {
        var readers = Array(repeating: [Int](), count: network.nodes.count + 1)
        for (index, node) in network.nodes.enumerated() { for input in Set(node.inputs) { readers[input.index].append(index) } }
        self.network = network
        self.readers = readers
        for (index, node) in network.nodes.enumerated() where node.layer is MaxPool && network.signal(node.inputs[0]).width != .sign {
            // From the maximum back through norms that nothing else reads, to the product that makes what is compared.
            var chain = [index]
            var value = node.inputs[0].index
            while value > 0, readers[value].count == 1, network.nodes[value - 1].layer is BatchNorm {
                chain.append(value - 1)
                value = network.nodes[value - 1].inputs[0].index
            }
            guard value > 0, readers[value].count == 1, network.nodes[value - 1].layer is Conv2D, let count = thresholds(index + 1) else { continue }
            for place in chain + [value - 1] { slices[place] = count / node.output.shape.columns }
            markSigns(behind: index + 1)
        }
    }

    /// Thresholds that stand in for a norm whose value is `id`: one for every channel of the signs that read it, behind maxima and further norms or not; nil
    /// when anything else reads it.
    func thresholds(_ id: Int) -> Int? {
        guard !readers[id].isEmpty else { return nil }
        var count = 0
        for reader in readers[id] {
            let node = network.nodes[reader]
            switch node.layer {
            case is Sign, is MultiSliceSign: count += node.output.shape.columns
            case let norm as BatchNorm where norm.isOutput: return nil
            case is MaxPool, is Flatten, is BatchNorm:
                guard let behind = thresholds(reader + 1) else { return nil }
                count += behind
            default: return nil
            }
        }
        return count
    }

    func isReadBySigns(_ id: Int) -> Bool {
        readers[id].contains { reader in
            switch network.nodes[reader].layer {
            case is Sign, is MultiSliceSign: true
            case is MaxPool, is Flatten: isReadBySigns(reader + 1)
            default: false
            }
        }
    }

    func isReadByNorms(_ id: Int) -> Bool { !readers[id].isEmpty && readers[id].allSatisfy { network.nodes[$0].layer is BatchNorm } }

    private mutating func markSigns(behind id: Int) {
        for reader in readers[id] {
            switch network.nodes[reader].layer {
            case is Sign, is MultiSliceSign: comesAsSigns.insert(reader)
            default: markSigns(behind: reader + 1)
            }
        }
    }
}
