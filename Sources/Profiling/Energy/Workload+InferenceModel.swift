public import BinaryInference
internal import BitCore

extension Workload {
    /// A packed model: what its file holds is what it reads.
    public init(_ model: InferenceModel) {
        let steps = zip(model.nodes.indices, model.layerFacts).map { index, facts in
            let node = model.nodes[index]
            let inputs = node.inputs.map { model.types[$0] }
            let (operations, role) = Self.work(facts, isReal: inputs[0].kind.rawValue == "reals", inputs.count, steps: node.operation.rules.steps(inputs))
            return Step(
                node.name, kind: facts.operation, role, inputs: node.inputs, operations: operations, weightBits: facts.parameterBits,
                outputElements: facts.outputShape.count, outputBits: facts.outputBits)
        }
        self.init(model: model.name, inputElements: model.inputCount, inputBits: 8, steps: steps)
    }

    /// By the operation's name in the file; one that has no row of its own here is a product where it has any, else one operation an element.
    /// - Parameter steps: elements that pools look at.
    private static func work(_ facts: InferenceModel.LayerFacts, isReal: Bool, _ inputs: Int, steps: Int) -> (OperationTally, Role) {
        let count = facts.outputShape.count
        let pooled = Swift.max(0, steps - count)
        switch facts.operation {
        case "binarise", "threshold", "multiThreshold", "realThreshold", "relu": return (OperationTally([.comparison: count]), .pointwise)
        case "byteDense", "byteConvolution": return (OperationTally([.byteSignMAC: facts.products]), .gathering)
        case "binaryDense", "binaryConvolution": return (OperationTally([.binaryMAC: facts.products]), .gathering)
        case "realDense", "realConvolution": return (OperationTally([.realMAC: facts.products]), .gathering)
        case "scores": return (OperationTally([.integerMultiply: count, .integerAdd: count]), .pointwise)
        case "affine": return (OperationTally([.realMultiply: count, .realAdd: count]), .pointwise)
        case "rectify": return (OperationTally([.realMultiply: count, .realAdd: 2 * count, .comparison: count]), .pointwise)
        case "maxPool": return (OperationTally([.comparison: pooled]), .pointwise)
        case "bitPool": return (OperationTally([.logic: pooled]), .pointwise)
        case "sumPool": return (OperationTally([.integerAdd: pooled]), .pointwise)
        case "meanPool": return (OperationTally([.realAdd: pooled, .realMultiply: count]), .pointwise)
        case "sliceSum": return (OperationTally([.integerAdd: pooled]), .pointwise)
        case "add": return (OperationTally([isReal ? .realAdd : .integerAdd: count * (inputs - 1)]), .pointwise)
        case "flip", "xnor", "or": return (OperationTally([.logic: count]), .pointwise)
        case "reshape", "slice", "split", "realScores": return (OperationTally(), .view)
        case "concatenate", "interleave": return (OperationTally(), .pointwise)
        default:
            if facts.products > 0 { return (OperationTally([facts.inputBits == 1 ? .binaryMAC : .realMAC: facts.products]), .gathering) }
            return (OperationTally([facts.outputBits == 1 ? .logic : .realAdd: count]), .pointwise)
        }
    }
}
