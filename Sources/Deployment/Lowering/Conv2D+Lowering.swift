internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension Conv2D: Lowerable {
    /// Signs or bytes times signs: integer sums, left to whoever reads them to emit. Anything else: a real convolution.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard let geometry else { throw .unsupportedLayer(name: builder.current, kind: kind) }
        guard kernelForm.quantizer.shipsAsSigns, inputs[0].isPacked else {
            let source = try builder.reals(inputs[0])
            let operation = InferenceModel.Operation.realConvolution(kernel: try builder.realKernel(kernelForm), geometry: geometry)
            let product = builder.append(builder.current, operation, reading: source.id)
            return try builder.scaled((product, geometry.output), kernelForm, bias: hasBias ? bias : nil)
        }
        let signs = kernelForm.loweredSigns(builder)
        var product = LoweredProduct(
            name: builder.current, source: 0, kernel: signs, form: .convolution(geometry, outside: 0), isByte: false, zeroPoint: 0)
        let (bound, shift): (Int, Int)
        switch inputs[0] {
        case .bytes(let id, _, let zeroPoint, let s):
            let outside = try outsideByte(zeroPoint: zeroPoint, shift: s, builder)
            (product.source, product.isByte, product.zeroPoint) = (id, true, zeroPoint)
            product.form = .convolution(geometry, outside: outside)
            (bound, shift) = (geometry.depth * max(abs(zeroPoint), abs(255 - zeroPoint), abs(outside - zeroPoint)), s)
        case .bits(let id, _):
            product.source = id
            (bound, shift) = (geometry.depth, 0)
        case .sums, .reals: throw unsupported(inputs[0], builder)
        }
        let sums = LoweredSums(source: .product(product), shape: geometry.output, offsets: product.offsets, bound: bound, shift: shift)
        return .sums(try kernelForm.scaled(sums, bias: hasBias ? bias : nil, builder))
    }

    /// The raw value that stands for the padding's real one: 0 is q = zeroPoint, +1 is q = zeroPoint + 2^shift. Without such padding, 0.
    private func outsideByte(zeroPoint: Int, shift: Int, _ builder: LoweringBuilder) throws(LoweringError) -> Int {
        switch padding {
        case .valid, .replicate: return 0
        case .zero: return zeroPoint
        case .plusOne:
            guard (0...16).contains(shift) else {
                throw .padding(name: builder.current, kind: kind, padding, hint: "+1 is no whole number of input steps of 2^\(-shift)")
            }
            return zeroPoint + 1 << shift
        }
    }
}
