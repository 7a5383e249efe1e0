public import BinaryInference
internal import BinaryNN
internal import BitCore

extension ModelSummary {
    /// A packed graph model; operations are of one node, the sums over its neighbours left out, since the graph decides how many they are.
    /// - Parameter fileBytes: the size of the file it was read from.
    public init(_ model: GraphModel, fileBytes: Int? = nil) {
        let layers = model.layers.enumerated().map { index, layer in
            let reals = (layer.factors?.count ?? 0) + (layer.shifts?.count ?? 0) + (layer.norm.map { $0.a.count + $0.b.count } ?? 0)
            var counts = OperationCounts()
            counts.binaryMACs = layer.inputs * layer.outputs
            counts.comparisons = index == 0 ? 0 : layer.inputs
            // The row's scale, β and b of each output; a·x + b of each input.
            counts.realOperations = layer.outputs + (layer.factors?.count ?? 0) + (layer.shifts?.count ?? 0) + (layer.norm == nil ? 0 : 2 * layer.inputs)
            return Layer(
                name: "conv\(index + 1)", kind: "graphConvolution", inputBits: 1, outputShape: [layer.outputs],
                parameters: ["1": layer.inputs * layer.outputs, "32": reals].filter { $0.value > 0 }, bytes: layer.kernel.wordCount * 8 + reals * 4,
                operations: counts)
        }
        self.init(model: model.name, layers: layers, fileBytes: fileBytes)
    }
}
