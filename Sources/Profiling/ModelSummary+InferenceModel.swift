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
            case .binarise, .threshold: counts.comparisons = facts.outputShape.count
            case .byteDense: counts.byteBinaryMACs = facts.products
            case .binaryDense: counts.binaryMACs = facts.products
            case .scores: counts.realOperations = 2 * facts.outputShape.count
            }
            return Layer(
                name: facts.name, kind: facts.operation, inputBits: facts.inputBits, outputShape: facts.outputShape,
                parameters: ["1": facts.binaryWeights, "32": facts.integerParameters].filter { $0.value > 0 }, bytes: facts.bytes,
                operations: counts)
        }
        self.init(model: model.name, layers: layers, predictedFileBytes: model.totals.fileBytes, fileBytes: fileBytes)
    }
}
