internal import BinaryNN
internal import BitCore

extension Dense: Lowerable {
    /// Signs or bytes times signs: integer sums, left to whoever reads them to emit.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard kernelEncoding != .real, !hasBias else { throw .unsupportedLayer(name: builder.current, kind: hasBias ? "\(kind) with bias" : kind) }
        let signs = builder.parameters.signs(kernel)
        switch inputs[0] {
        case .bytes(let id, let zeroPoint, let shift):
            return .sums(
                LoweredSums(name: builder.current, source: id, kernel: signs, isByte: true, zeroPoint: zeroPoint, shift: shift))
        case .bits(let id):
            return .sums(LoweredSums(name: builder.current, source: id, kernel: signs, isByte: false, zeroPoint: 0, shift: 0))
        case .sums, .affine:
            throw .unsupportedInput(name: builder.current, kind: kind, found: inputs[0].kind)
        }
    }
}
