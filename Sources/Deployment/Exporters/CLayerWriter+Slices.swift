internal import BinaryInference
internal import BitCore

/// Calls of layers on bits in slices.
extension CLayerWriter {
    mutating func writeSlices() {
        let (rows, columns) = (inputType().shape.rows, inputType().shape.columns)
        func twins() -> String { "\(pointer(to: layer.inputs[0])), \(pointer(to: layer.inputs[1]))" }
        switch layer.work {
        case .xnor: call(.xnor, "@_xnor(\(twins()), \(rows)u, \(columns)u, \(output));")
        case .or: call(.or, "@_or(\(twins()), \(rows * ((columns + 31) / 32))u, \(output));")
        case .interleave: call(.interleave, "@_interleave(\(twins()), \(rows)u, \(columns)u, \(output));")
        case .split(let part, let parts, let slices):
            let (width, run) = (columns / slices, columns / slices / parts)
            call(.split, "@_split(\(pointer(to: layer.input)), \(rows)u, \(slices)u, \(width)u, \(part * run)u, \(run)u, \(output));")
        case .sliceSum(let slices):
            call(.sliceSum, "@_slice_sum(\(pointer(to: layer.input)), \(rows)u, \(slices)u, \(columns / slices)u, \(signed(layer.node + 1)));")
        default: preconditionFailure("\(layer.names) does not work on slices")
        }
    }
}
