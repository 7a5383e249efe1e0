public import BitCore

/// One operand of a convolution. Operands that are ±1 come as bits and are multiplied without a float copy of the whole.
public enum ConvolutionOperand {
    /// Row-major floats: an image [batch × height × width × channels] or a kernel OHWI.
    case reals(UnsafePointer<Float>)
    /// The same extents as bits, rows of channels.
    case signs(PackedTensor)
    /// A kernel of signs with a factor for each output.
    case scaledSigns(PackedTensor, UnsafePointer<Float>)
}

extension ConvolutionOperand {
    /// Stops the program when packed signs are not an image, or a kernel, of the geometry. Floats carry no shape to check.
    func check(image geometry: ConvolutionGeometry, batch: Int) {
        guard case .signs(let bits) = self else {
            if case .scaledSigns = self { preconditionFailure("only kernels have a factor for each output, not images") }
            return
        }
        let expected = geometry.image.batched(batch)
        precondition(
            bits.shape.rows == expected.rows && bits.shape.columns == expected.columns,
            "a convolution over images of shape \(expected) cannot read packed signs of shape \(bits.shape)")
    }

    func check(kernel geometry: ConvolutionGeometry) {
        guard let bits = packed?.signs else { return }
        let expected = geometry.kernel
        precondition(
            bits.shape.rows == expected.rows && bits.shape.columns == expected.columns,
            "a convolution with a kernel of shape \(expected) cannot read packed signs of shape \(bits.shape)")
    }

    /// Signs, and their factors where they have any.
    var packed: (signs: PackedTensor, factors: UnsafePointer<Float>?)? {
        switch self {
        case .reals: nil
        case .signs(let bits): (bits, nil)
        case .scaledSigns(let bits, let factors): (bits, factors)
        }
    }

    /// Calls `body` with the whole operand as floats: only for kernels, which are small beside images.
    func withFloats<Result>(_ count: Int, parallel: Parallel, _ body: (UnsafePointer<Float>) -> Result) -> Result {
        switch self {
        case .reals(let pointer): return body(pointer)
        case .signs(let bits):
            let floats = Kernels.active.unpackSigns(bits, parallel: parallel)
            precondition(floats.count == count, "\(floats.count) signs where \(count) are needed")
            return floats.withUnsafeElements { body($0.baseAddress!) }
        case .scaledSigns(let bits, let factors):
            var floats = Kernels.active.unpackSigns(bits, parallel: parallel)
            precondition(floats.count == count, "\(floats.count) signs where \(count) are needed")
            let outputs = bits.shape[0]
            floats.withUnsafeMutableElements { values in
                for i in values.indices { values[i] *= factors[i / (count / outputs)] }
            }
            return floats.withUnsafeElements { body($0.baseAddress!) }
        }
    }
}
