internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension Flatten: Lowerable {
    /// Dense layers read bytes of any shape. Rows of bits start on words, so those of an image move; for sums it waits until someone needs
    /// them one by one, because a sign behind it may as well be taken before.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let flat = Shape([inputs[0].shape.count])
        guard inputs[0].shape != flat else { return inputs[0] }
        switch inputs[0] {
        case .bytes(let id, _, let zeroPoint, let shift): return .bytes(id: id, shape: flat, zeroPoint: zeroPoint, shift: shift)
        case .bits(let id, _): return .bits(id: builder.append(builder.current, .reshape(flat), reading: id), shape: flat)
        case .reals(let id, _): return .reals(id: builder.append(builder.current, .reshape(flat), reading: id), shape: flat)
        case .sums(var sums):
            sums.isFlat = true
            return .sums(sums)
        }
    }
}
