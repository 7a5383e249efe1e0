public import BinaryNN
internal import BitCore

extension Workload {
    /// A network as it will ship. A norm that only signs read is folded into their thresholds, 32 bits each; another one is a multiplication and an
    /// addition an element. Scales of a kernel are folded into a norm behind it.
    public init(_ network: Network, model: String) {
        let plan = ShippingPlan(network)
        let steps = network.nodes.enumerated().map { index, node in
            let inputs = node.inputs.map(network.signal)
            var operations = Self.operations(node.layer, inputs, node.output)
            var weightBits = network.specs.reduce(0) {
                $1.name.hasPrefix(node.name + ".") && $1.role != .statistic ? $0 + $1.count * $1.bitsPerElement : $0
            }
            if let norm = node.layer as? BatchNorm {
                if !norm.isOutput, let signs = plan.thresholds(index + 1) {
                    weightBits = plan.isReadBySigns(index + 1) ? 32 * signs : 0
                } else {
                    weightBits = 64 * node.output.shape.columns
                    operations = OperationTally([.realMultiply: node.output.shape.count, .realAdd: node.output.shape.count])
                }
            } else if node.layer is Conv2D || node.layer is Dense, plan.isReadByNorms(index + 1) {
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
        case "Dense", "BinaryDense", "Conv2D", "BinaryConv2D", "LayerNorm", "GraphPropagation": .gathering
        default: .pointwise
        }
    }

    /// The layer's counts by kind of operand. Norms have none here: what they cost depends on their readers.
    private static func operations(_ layer: any Layer, _ inputs: [Signal], _ output: Signal) -> OperationTally {
        let counts = layer.operationCounts(inputs)
        var tally = OperationTally([
            .binaryMAC: counts.binaryMACs, .byteSignMAC: counts.byteBinaryMACs, .realSignMAC: counts.realBinaryMACs, .realMAC: counts.realMACs,
            .comparison: counts.comparisons, .logic: counts.bitOperations,
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
