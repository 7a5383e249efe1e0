public import BinaryInference
public import BinaryNN
internal import BitCore

extension Lowering {
    /// A network of graph convolutions of signs (`BinaryGraphConv`) as it ships.
    /// - Throws: `LoweringError` that names the layer which has no place in such a network.
    public static func lowerGraph(
        _ network: Network, _ parameters: ParameterStore, labels: [String], name: String, metadata: [String: String] = [:]
    ) throws(LoweringError) -> GraphModel {
        guard network.input.width == .sign else { throw .inputWidth("is to be the signs of features") }
        var layers: [GraphModel.Layer] = []
        // The convolution under way: values from the input of its signs on.
        var (norm, magnitudes, isSigns, layer): (GraphModel.Norm?, ValueID?, Bool, GraphModel.Layer?) = (nil, nil, true, nil)
        var last = ValueID.input
        for (index, node) in network.nodes.enumerated() {
            let unsupported = LoweringError.unsupportedLayer(name: node.name, kind: node.layer.kind)
            guard node.inputs.first == last else { throw unsupported }
            switch node.layer {
            case let batchNorm as BatchNorm where !isSigns && layer == nil && norm == nil && batchNorm.isOutput == false:
                let (a, b, _) = batchNorm.inferenceAffine(parameters)
                guard (a + b).allSatisfy(\.isFinite) else { throw .notFinite(name: node.name) }
                norm = GraphModel.Norm(a: a, b: b)
            case is RowScaledSign where !isSigns && layer == nil: (magnitudes, isSigns) = (last, true)
            case is Dropout: break
            case let dense as Dense where isSigns && layer == nil && !dense.hasBias && dense.kernelForm.quantizer.isPlainSign:
                let factors = dense.kernelForm.factors(parameters)
                guard factors?.allSatisfy(\.isFinite) ?? true else { throw .notFinite(name: node.name) }
                layer = GraphModel.Layer(kernel: parameters.signs(dense.kernel), factors: factors, norm: norm)
            case is GraphPropagation:
                guard let done = layer, node.inputs.count == (magnitudes == nil ? 1 : 2), magnitudes == nil || node.inputs[1] == magnitudes else {
                    throw unsupported
                }
                layers.append(done)
                (norm, magnitudes, isSigns, layer) = (nil, nil, false, nil)
            case let shift as LearnedShift where !isSigns && layer == nil && norm == nil && !layers.isEmpty && layers[layers.count - 1].shifts == nil:
                let shifts = parameters.reals(shift.bias)
                guard shifts.allSatisfy(\.isFinite) else { throw .notFinite(name: node.name) }
                layers[layers.count - 1].shifts = shifts
            default: throw unsupported
            }
            last = ValueID(index: index + 1)
        }
        guard layer == nil, norm == nil, !isSigns, !layers.isEmpty else { throw .output(found: network.nodes.last?.layer.kind ?? "nothing") }
        return GraphModel(name: name, layers: layers, labels: labels, metadata: metadata)
    }
}

extension KernelQuantizer {
    /// True where inference computes with sign(w).
    fileprivate var isPlainSign: Bool { self == .sign || self == .stochasticSign }
}
