public import BinaryInference
internal import BinaryNN
internal import BitCore

extension ModelSummary {
    /// A packed model.
    /// - Parameter fileBytes: the size of the file it was read from.
    public init(_ model: InferenceModel, fileBytes: Int? = nil) {
        let layers = zip(model.nodes, model.layerFacts).map { node, facts in
            var counts = OperationCounts()
            switch node.operation {
            case .binarise, .threshold, .multiThreshold: counts.comparisons = facts.outputShape.count
            case .byteDense, .byteConvolution: counts.byteBinaryMACs = facts.products
            case .binaryDense, .binaryConvolution: counts.binaryMACs = facts.products
            case .scores: counts.realOperations = 2 * facts.outputShape.count
            case .maxPool(let geometry), .bitPool(let geometry, _): counts.comparisons = facts.outputShape.count * geometry.window.taps
            case .sumPool(let geometry): counts.realOperations = facts.outputShape.count * geometry.window.taps
            case .add: counts.realOperations = facts.outputShape.count * (node.inputs.count - 1)
            case .affine: counts.realOperations = 2 * facts.outputShape.count
            case .realConvolution, .realDense: counts.realMACs = facts.products
            case .meanPool(let geometry): counts.realOperations = facts.outputShape.count * geometry.window.taps
            case .rectify: counts.realOperations = 3 * facts.outputShape.count
            case .relu, .realThreshold: counts.comparisons = facts.outputShape.count
            case .xnor, .or: counts.bitOperations = facts.outputShape.count
            case .sliceSum(let slices): counts.realOperations = facts.outputShape.count * slices
            case .reshape, .concatenate, .slice, .flip, .interleave, .split, .realScores: break
            }
            return Layer(
                name: facts.name, kind: facts.operation, inputBits: facts.inputBits, outputShape: facts.outputShape,
                parameters: ["1": facts.binaryWeights, "32": facts.integerParameters + facts.realParameters].filter { $0.value > 0 }, bytes: facts.bytes,
                operations: counts)
        }
        self.init(model: model.name, layers: layers, predictedFileBytes: model.totals.fileBytes, fileBytes: fileBytes)
    }
}
