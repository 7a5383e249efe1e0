public import BinaryInference
internal import BitCore

extension Workload {
    /// A packed model: what its file holds is what it reads.
    public init(_ model: InferenceModel) {
        let steps = zip(model.nodes.indices, model.layerFacts).map { index, facts in
            let node = model.nodes[index]
            let count = facts.outputShape.count
            var (operations, role) = (OperationTally(), Role.pointwise)
            switch node.operation {
            case .binarise, .threshold: operations[.comparison] = count
            case .byteDense, .byteConvolution: (operations[.byteSignMAC], role) = (facts.products, .gathering)
            case .binaryDense, .binaryConvolution: (operations[.binaryMAC], role) = (facts.products, .gathering)
            case .scores: (operations[.integerMultiply], operations[.integerAdd]) = (count, count)
            case .maxPool(let geometry): operations[.comparison] = count * (geometry.window.taps - 1)
            case .bitPool(let geometry, _): operations[.logic] = count * (geometry.window.taps - 1)
            case .sumPool(let geometry): operations[.integerAdd] = count * (geometry.window.taps - 1)
            case .add: operations[.integerAdd] = count * (node.inputs.count - 1)
            case .flip: operations[.logic] = count
            case .reshape, .slice: role = .view
            case .concatenate: break
            }
            return Step(
                node.name, kind: facts.operation, role, inputs: node.inputs, operations: operations,
                weightBits: facts.binaryWeights + 32 * facts.integerParameters, outputElements: count, outputBits: facts.outputBits)
        }
        self.init(model: model.name, inputElements: model.inputCount, inputBits: 8, steps: steps)
    }
}
