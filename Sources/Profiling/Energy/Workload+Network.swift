public import BinaryNN
internal import BitCore

extension Workload {
    /// A network as it will ship. A norm that only signs read is folded into their thresholds, 32 bits each; another one is a multiplication and an
    /// addition an element. Scales of a kernel are folded into a norm behind it.
    public init(_ network: Network, model: String) {
        var readers = Array(repeating: [Int](), count: network.nodes.count + 1)
        for (index, node) in network.nodes.enumerated() { for input in Set(node.inputs) { readers[input.index].append(index) } }
        let steps = network.nodes.enumerated().map { index, node in
            let inputs = node.inputs.map(network.signal)
            var operations = Self.operations(node.layer, inputs, node.output)
            var weightBits = network.specs.reduce(0) {
                $1.name.hasPrefix(node.name + ".") && $1.role != .statistic ? $0 + $1.count * $1.bitsPerElement : $0
            }
            if let norm = node.layer as? BatchNorm {
                let signs = norm.isOutput ? nil : network.thresholds(readers, index + 1)
                weightBits = 32 * (signs ?? 2 * node.output.shape.columns)
                if signs == nil { operations = OperationTally([.realMultiply: node.output.shape.count, .realAdd: node.output.shape.count]) }
            } else if readers[index + 1].allSatisfy({ network.nodes[$0].layer is BatchNorm }), !readers[index + 1].isEmpty {
                operations[.realMultiply] = 0
            }
            return Step(
                node.name, kind: node.layer.kind, Self.role(node.layer), inputs: node.inputs.map(\.index), operations: operations, weightBits: weightBits,
                outputElements: node.output.shape.count, outputBits: node.output.bits)
        }
        self.init(model: model, inputElements: network.input.shape.count, inputBits: network.input.bits, steps: steps)
    }

    private static func role(_ layer: any Layer) -> Role {
        switch layer.kind {
        case "Flatten", "Slice", "Split", "Dropout": .view
        case "Dense", "BinaryDense", "Conv2D", "BinaryConv2D", "MaxPool", "AveragePool", "GlobalAveragePool", "LayerNorm", "GraphPropagation": .gathering
        default: .pointwise
        }
    }

    /// The layer's counts by kind of operand. Norms have none here: what they cost depends on their readers.
    private static func operations(_ layer: any Layer, _ inputs: [Signal], _ output: Signal) -> OperationTally {
        let counts = layer.operationCounts(inputs)
        var tally = OperationTally([
            .binaryMAC: counts.binaryMACs, .byteSignMAC: counts.byteBinaryMACs, .realSignMAC: counts.realBinaryMACs, .realMAC: counts.realMACs,
            .comparison: counts.comparisons,
        ])
        let isWhole = inputs.allSatisfy { $0.width != .real }
        let elementwise = counts.realOperations
        switch layer {
        case is BatchNorm: break
        case let layer as Dense:
            tally[.realAdd] = layer.hasBias ? min(output.shape.count, elementwise) : 0
            tally[.realMultiply] = elementwise - tally[.realAdd]
        case let layer as Conv2D:
            tally[.realAdd] = layer.hasBias ? output.shape.count : 0
            tally[.realMultiply] = elementwise - tally[.realAdd]
        case is PReLU:
            tally[.realMultiply] = inputs[0].shape.count
            tally[.realAdd] = elementwise - inputs[0].shape.count
        case is LayerNorm, is QuantizeActivation, is GraphPropagation:
            tally[.realMultiply] = elementwise / 2
            tally[.realAdd] = elementwise - elementwise / 2
        case is RowScaledSign: tally[.realMultiply] = elementwise
        case is MaxPool where inputs[0].width == .sign:
            tally[.logic] = counts.comparisons
            tally[.comparison] = 0
        default: tally[isWhole ? .integerAdd : .realAdd] = elementwise
        }
        return tally
    }
}

extension Network {
    /// Thresholds that stand in for a norm whose value is `id`: one for every channel of the signs that read it, behind a maximum or not; nil when anything
    /// else reads it.
    fileprivate func thresholds(_ readers: [[Int]], _ id: Int) -> Int? {
        guard !readers[id].isEmpty else { return nil }
        var count = 0
        for reader in readers[id] {
            switch nodes[reader].layer.kind {
            case "Sign", "MultiSliceSign": count += nodes[reader].output.shape.columns
            case "MaxPool", "Flatten":
                guard let behind = thresholds(readers, reader + 1) else { return nil }
                count += behind
            default: return nil
            }
        }
        return count
    }
}
