public import BinaryInference
internal import BinaryNN
internal import BitCore

extension ModelSummary {
    /// A packed model.
    /// - Parameter fileBytes: the size of the file it was read from.
    public init(_ model: InferenceModel, fileBytes: Int? = nil) {
        let layers = model.nodes.enumerated().map { index, node in
            let inputs = node.inputs.map { model.types[$0] }
            let output = model.types[index + 1]
            var counts = OperationCounts()
            var parameters: [String: Int] = [:]
            var (bytes, real) = (0, 0)
            func kernel(_ kernel: PackedTensor) {
                parameters["1"] = kernel.shape.count
                bytes = kernel.wordCount * 8
                real = kernel.shape.count * 4
            }
            switch node.operation {
            case .binarise: counts.comparisons = output.shape.count
            case .byteDense(let weights):
                kernel(weights)
                counts.byteBinaryMACs = weights.shape.count
            case .binaryDense(let weights):
                kernel(weights)
                counts.binaryMACs = weights.shape.count
            case .threshold(let thresholds):
                parameters["32"] = thresholds.count
                bytes = thresholds.count * 4
                // A float network has a scale and a shift here.
                real = thresholds.count * 8
                counts.comparisons = thresholds.count
            case .scores(let scale, let bias, _):
                parameters["32"] = scale.count + bias.count
                bytes = (scale.count + bias.count) * 4
                real = bytes
                counts.realOperations = 2 * scale.count
            }
            return Layer(
                name: node.name, kind: node.operation.identifier, inputBits: inputs.first?.elementBits ?? 0, outputShape: output.shape,
                parameters: parameters, bytes: bytes, float32Bytes: real, operations: counts)
        }
        self.init(model: model.name, layers: layers, fileBytes: fileBytes)
    }
}
