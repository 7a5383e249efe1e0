internal import BitCore

/// reals → reals: y = (u ≥ 0 ? u : slope·u) + offset with u = x + shift, by column (channel), every step rounded to Float32: PReLU with
/// zeros, RPReLU with its learned shifts.
struct RectifyRules: OperationRules {
    static let identifier = "rectify"
    let slope: [Float]
    let shift: [Float]
    let offset: [Float]

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        for (name, table) in [("slope", slope), ("shift", shift), ("offset", offset)] {
            try expect(table, name, columns: inputs[0].shape.columns, node)
        }
        return inputs[0]
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .reals(
            inputs[0].floats.enumerated().map { index, x in
                let c = index % slope.count
                let u = x + shift[c]
                let bent = u >= 0 ? u : slope[c] * u
                return bent + offset[c]
            })
    }

    func executor(_ types: [ValueType]) -> any Executor { RectifyExecutor(rules: self) }

    func encode(into node: inout NodeEncoder) {
        node.add("slope", slope)
        node.add("shift", shift)
        node.add("offset", offset)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .rectify(slope: try node.floats("slope"), shift: try node.floats("shift"), offset: try node.floats("offset"))
    }
}

struct RectifyExecutor: Executor {
    let rules: RectifyRules

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let x = inputs[0].reals
        var result = Tensor(uninitialized: x.shape)
        rules.slope.withUnsafeBufferPointer { slope in
            rules.shift.withUnsafeBufferPointer { shift in
                rules.offset.withUnsafeBufferPointer { offset in
                    x.withUnsafeElements { x in
                        result.withUnsafeMutableElements { y in
                            engine.kernels.rectify(
                                x, rows: x.count / slope.count, RectifierVectors(slope: slope, shift: shift, offset: offset), into: y,
                                parallel: engine.parallel)
                        }
                    }
                }
            }
        }
        return .reals(result)
    }
}

/// reals → reals: x where x ≥ 0, else 0.
struct ReLURules: OperationRules {
    static let identifier = "relu"

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        return inputs[0]
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue { .reals(inputs[0].floats.map { $0 >= 0 ? $0 : 0 }) }

    func executor(_ types: [ValueType]) -> any Executor { ReLUExecutor() }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .relu }
}

struct ReLUExecutor: Executor {
    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let x = inputs[0].reals
        let positive = engine.kernels.packSigns(x, parallel: engine.parallel)
        var result = Tensor(uninitialized: x.shape)
        x.withUnsafeElements { x in
            result.withUnsafeMutableElements { engine.kernels.maskGradient(x, mask: positive, into: $0, parallel: engine.parallel) }
        }
        return .reals(result)
    }
}
