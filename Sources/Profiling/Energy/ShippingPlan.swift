internal import BinaryNN
internal import BitCore

/// Which norms of a network become thresholds when it ships.
struct ShippingPlan {
    private let network: Network
    /// For each value, the nodes that read it.
    private let readers: [[Int]]

    init(_ network: Network) {
        var readers = Array(repeating: [Int](), count: network.nodes.count + 1)
        for (index, node) in network.nodes.enumerated() { for input in Set(node.inputs) { readers[input.index].append(index) } }
        (self.network, self.readers) = (network, readers)
    }

    /// Thresholds that stand in for a norm whose value is `id`: one for every channel of the signs that read it, behind maxima and further norms or not, since
    /// all of them are monotone; nil when anything else reads it.
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
}
