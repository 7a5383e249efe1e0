public import BinaryNN
internal import BitCore

extension ModelSummary {
    /// A network as it will ship. A batch norm before a sign becomes one 32-bit threshold a channel, the last one a 32-bit scale and a bias; running
    /// statistics are folded away, kernels are packed with every row on a 64-bit word.
    public init(_ network: Network, model: String) {
        let layers = network.nodes.map { node in
            let specs = network.specs.filter { $0.name.hasPrefix(node.name + ".") }
            let inputs = node.inputs.map(network.signal)
            var parameters: [String: Int] = [:]
            var bytes = 0
            var operations = node.layer.operationCounts(inputs)
            if let norm = node.layer as? BatchNorm {
                let channels = node.output.shape.columns
                let perChannel = norm.isOutput ? 2 : 1
                parameters["32"] = channels * perChannel
                bytes = channels * perChannel * 4
                // Folded into the comparison that follows.
                if !norm.isOutput { operations = OperationCounts() }
            } else if let sign = node.layer as? MultiSliceSign, sign.slices > 1 {
                // The norm before it has counted one threshold a channel.
                let more = (sign.slices - 1) * (inputs.first?.shape.columns ?? 0)
                parameters["32"] = more
                bytes = 4 * more
            } else {
                for spec in specs where spec.role != .statistic {
                    parameters["\(spec.bitsPerElement)", default: 0] += spec.count
                    bytes += spec.bitsPerElement == 1 ? spec.shape.rows * PackedTensor.words(for: spec.shape.columns) * 8 : spec.count * 4
                }
            }
            return Layer(
                name: node.name, kind: node.layer.kind, inputBits: inputs.first?.bits ?? 0, outputShape: node.output.shape, parameters: parameters,
                bytes: bytes, operations: operations)
        }
        self.init(model: model, layers: layers)
    }
}
