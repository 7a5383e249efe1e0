internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension Dense: Lowerable {
    /// Signs or bytes times signs: integer sums, left to whoever reads them to emit. Anything else: a real product.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard kernelForm.quantizer.shipsAsSigns, inputs[0].isPacked else {
            let source = try builder.reals(inputs[0])
            let product = builder.append(builder.current, .realDense(kernel: try builder.realKernel(kernelForm)), reading: source.id)
            return try builder.scaled((product, [units]), kernelForm, bias: hasBias ? bias : nil)
        }
        let signs = kernelForm.loweredSigns(builder)
        var product = LoweredProduct(
            name: builder.current, source: 0, kernel: signs, form: .dense, isByte: false, zeroPoint: 0)
        let (bound, shift): (Int, Int)
        switch inputs[0] {
        case .bytes(let id, _, let zeroPoint, let s):
            (product.source, product.isByte, product.zeroPoint) = (id, true, zeroPoint)
            (bound, shift) = (signs.shape.columns * max(abs(zeroPoint), abs(255 - zeroPoint)), s)
        case .bits(let id, _):
            product.source = id
            (bound, shift) = (signs.shape.columns, 0)
        case .sums, .reals: throw unsupported(inputs[0], builder)
        }
        let sums = LoweredSums(source: .product(product), shape: [units], offsets: product.offsets, bound: bound, shift: shift)
        return .sums(try kernelForm.scaled(sums, bias: hasBias ? bias : nil, builder))
    }
}
