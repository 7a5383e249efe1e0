internal import BinaryInference
internal import BitCore

/// Calls of layers on floats.
extension CLayerWriter {
    mutating func writeReals() {
        let result = real(layer.node + 1)
        let extents = "\(inputType().shape.rows)u, \(inputType().shape.columns)u"
        switch layer.work {
        case .affine(let scale, let bias):
            let (routine, name, source): (CRoutine, String, String) =
                switch inputType().kind {
                case .reals: (.affine, "affine", real(layer.input))
                case .integers: (.affineSums, "affine_sums", signed(layer.input))
                case .bytes: (.affineBytes, "affine_bytes", pointer(to: layer.input))
                case .bits: (.affineBits, "affine_bits", pointer(to: layer.input))
                }
            call(routine, "@_\(name)(\(source), \(floats("scale", scale)), \(floats("bias", bias)), \(extents), \(result));")
        case .realConvolution(let kernel, let geometry):
            let weights = floats("kernel", kernel.outputsInnermost(groups: geometry.groups))
            let (channels, outside) = ("\(geometry.channels)u, \(geometry.groups)u, \(geometry.outputs)u", outside(geometry.padding))
            call(
                .realConvolve,
                "@_real_convolve(\(real(layer.input)), \(weights), \(window(geometry.positions)), \(channels), \(outside),\n        \(result));")
        case .realDense(let kernel):
            let weights = floats("kernel", kernel.outputsInnermost(groups: 1))
            call(.realDense, "@_real_dense(\(real(layer.input)), \(weights), \(kernel.shape[1])u, \(kernel.shape[0])u, \(result));")
        case .meanPool(let geometry):
            call(.meanPool, "@_mean_pool(\(real(layer.input)), \(realWindow(geometry)), \(CText.literal(1 / Float(geometry.window.taps))), \(result));")
        case .relu: call(.relu, "@_relu(\(real(layer.input)), \(type.shape.count)u, \(result));")
        case .rectify(let slope, let shift, let offset):
            let tables = "\(floats("slope", slope)), \(floats("shift", shift)), \(floats("offset", offset))"
            call(.rectify, "@_rectify(\(real(layer.input)), \(tables), \(extents),\n        \(result));")
        case .realThreshold(let thresholds):
            call(.realSigns, "@_real_signs(\(real(layer.input)), \(floats("thresholds", thresholds)), \(extents), \(output));")
        case .realScores: call(.copy, "@_copy(\(real(layer.input)), \(model.classes)u, scores);")
        default: preconditionFailure("\(layer.names) does not work on reals")
        }
    }

    /// Arguments of a pool of floats: its window, its channels, and what lies outside.
    mutating func realWindow(_ geometry: WindowGeometry) -> String {
        "\(window(geometry)), \(geometry.image[2])u, \(outside(geometry.padding))"
    }

    private func outside(_ padding: Padding) -> String { padding == .plusOne ? "1.0f" : "0.0f" }
}

extension Tensor {
    /// A kernel [outputs × depth] as [groups × depth × outputs of a group].
    fileprivate func outputsInnermost(groups: Int) -> [Float] {
        let (each, depth, weights) = (shape[0] / groups, shape[1], elements)
        return (0..<groups).flatMap { group in
            (0..<depth).flatMap { k in (0..<each).map { weights[(group * each + $0) * depth + k] } }
        }
    }
}
