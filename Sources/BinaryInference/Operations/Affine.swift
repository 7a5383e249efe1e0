internal import BitCore

/// anything → reals: y = scale·x + bias by column (channel), a product and then a sum, each rounded to Float32 and never fused. Bytes and
/// integers below 2^24 are exact as Float32, and signs are ±1.
struct AffineRules: OperationRules {
    static let identifier = "affine"
    let scale: [Float]
    let bias: [Float]

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        for (name, table) in [("scale", scale), ("bias", bias)] { try expect(table, name, columns: inputs[0].shape.columns, node) }
        return .reals(inputs[0].shape)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .reals(
            inputs[0].floats.enumerated().map { index, x in
                let product = scale[index % scale.count] * x
                return product + bias[index % scale.count]
            })
    }

    func executor(_ types: [ValueType]) -> any Executor { AffineExecutor(scale: scale, bias: bias, shape: types[0].shape) }

    func encode(into node: inout NodeEncoder) {
        node.add("scale", scale)
        node.add("bias", bias)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .affine(scale: try node.floats("scale"), bias: try node.floats("bias"))
    }
}

struct AffineExecutor: Executor {
    /// For narrow rows several times over, so that a loop over one is long.
    let scale: [Float]
    let bias: [Float]
    /// Of one item.
    let shape: Shape

    init(scale: [Float], bias: [Float], shape: Shape) {
        var copies = 1
        while copies * scale.count < 64, shape.rows % (2 * copies) == 0 { copies *= 2 }
        func repeated(_ table: [Float]) -> [Float] { (0..<copies).flatMap { _ in table } }
        (self.scale, self.bias, self.shape) = (repeated(scale), repeated(bias), shape)
    }

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        var result = Tensor(uninitialized: shape.batched(rows))
        result.withUnsafeMutableElements { y in
            inputs[0].withFloats(into: y) { x in
                scale.withUnsafeBufferPointer { scale in
                    bias.withUnsafeBufferPointer { bias in
                        engine.kernels.affine(
                            x, rows: x.count / scale.count, channels: scale.count, a: scale, b: bias, into: y, parallel: engine.parallel)
                    }
                }
            }
        }
        return .reals(result)
    }
}

extension BlockValue {
    /// Calls `body` with the elements as floats: where they are others they are written to `space` first.
    func withFloats(into space: UnsafeMutableBufferPointer<Float>, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        switch self {
        case .reals(let values): return values.withUnsafeElements(body)
        case .bytes(let values): for index in space.indices { space[index] = Float(values[index]) }
        case .integers(let values):
            values.withUnsafeBufferPointer { values in for index in space.indices { space[index] = Float(values[index]) } }
        case .bits(let signs):
            let (columns, stride) = (signs.shape.columns, signs.wordsPerRow)
            signs.withUnsafeWords { words in
                for row in 0..<signs.shape.rows {
                    for c in 0..<columns { space[row * columns + c] = words[row * stride + c / 64] >> UInt64(c % 64) & 1 == 1 ? 1 : -1 }
                }
            }
        }
        body(UnsafeBufferPointer(space))
    }
}
