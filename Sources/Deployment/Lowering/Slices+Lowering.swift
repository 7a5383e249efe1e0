internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension MultiSliceSign: Lowerable {
    /// sign(f(z) + tᵢ) is a comparison of the raw integer sum in every slice, and of reals x ≥ −tᵢ.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let wide = Shape(inputs[0].shape.dimensions.dropLast() + [slices * inputs[0].shape.columns])
        switch inputs[0] {
        case .sums(let sums): return try builder.binarise(sums, adding: offsets)
        case .bytes: throw unsupported(inputs[0], builder)
        case .bits(let id, let shape):
            // |tᵢ| < 1 moves no sign.
            guard slices > 1 else { return inputs[0] }
            guard shape.rank >= 1 else { throw unsupported(inputs[0], builder) }
            return .bits(id: builder.append(builder.current, .concatenate, reading: Array(repeating: id, count: slices)), shape: wide)
        case .reals(let id, let shape):
            var parts: [Int] = []
            for offset in offsets {
                let thresholds = [Float](repeating: offset == 0 ? 0 : -offset, count: shape.columns)
                parts.append(builder.append(builder.current, .realThreshold(thresholds: thresholds), reading: id))
            }
            return .bits(id: slices > 1 ? builder.append(builder.current + "_slices", .concatenate, reading: parts) : parts[0], shape: wide)
        }
    }
}

extension Xnor: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let (ids, shape) = try builder.bits(inputs, kind)
        return .bits(id: builder.append(builder.current, .xnor, reading: ids), shape: shape)
    }
}

extension Or: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let (ids, shape) = try builder.bits(inputs, kind)
        return .bits(id: builder.append(builder.current, .or, reading: ids), shape: shape)
    }
}

extension Interleave: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let (ids, shape) = try builder.bits(inputs, kind)
        return .bits(
            id: builder.append(builder.current, .interleave, reading: ids), shape: Shape(shape.dimensions.dropLast() + [2 * shape.columns]))
    }
}

extension Split: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let (ids, shape) = try builder.bits(inputs, kind)
        return .bits(
            id: builder.append(builder.current, .split(part: part, of: parts, slices: slices), reading: ids),
            shape: Shape(shape.dimensions.dropLast() + [shape.columns / parts]))
    }
}

extension SliceMean: Lowerable {
    /// Over a power of two of slices the mean is a sum in a smaller unit.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard slices & (slices - 1) == 0 else {
            throw .unsupportedInput(name: builder.current, kind: kind, found: "\(slices) slices, which are no power of two")
        }
        let (ids, shape) = try builder.bits(inputs, kind)
        let width = shape.columns / slices
        return .sums(
            LoweredSums(
                source: .node(builder.append(builder.current, .sliceSum(slices: slices), reading: ids)),
                shape: Shape(shape.dimensions.dropLast() + [width]), offsets: Array(repeating: 0, count: width), bound: slices,
                shift: slices.trailingZeroBitCount))
    }
}

extension LoweringBuilder {
    /// The nodes of values that are all signs, of the first one's shape.
    fileprivate func bits(_ inputs: [LoweredValue], _ kind: String) throws(LoweringError) -> (ids: [Int], shape: Shape) {
        var ids: [Int] = []
        for input in inputs {
            guard case .bits(let id, _) = input else { throw .unsupportedInput(name: current, kind: kind, found: input.kind) }
            ids.append(id)
        }
        return (ids, inputs[0].shape)
    }
}
