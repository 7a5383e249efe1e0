internal import BitCore

/// bits → bits: one of `parts` equal runs of columns (channels), taken from each of `slices` equal slices.
struct SplitRules: OperationRules {
    static let identifier = "split"
    let part: Int
    let parts: Int
    let slices: Int

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        let shape = inputs[0].shape
        guard slices > 0, parts > 0, (0..<parts).contains(part), shape.rank >= 1, slices <= shape.columns, parts <= shape.columns,
            shape.columns % (slices * parts) == 0
        else { throw .split(node: node, part: part, parts: parts, slices: slices, columns: shape.columns) }
        return .bits(Shape(shape.dimensions.dropLast() + [shape.columns / parts]))
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let columns = types[0].shape.columns
        let (width, run) = (columns / slices, columns / slices / parts)
        return .bits(inputs[0].numbers.enumerated().filter { $0.offset % columns % width / run == part }.map { $0.element > 0 })
    }

    func executor(_ types: [ValueType]) -> any Executor { SplitExecutor(rules: self, shape: types[0].shape) }

    func encode(into node: inout NodeEncoder) {
        node.set("part", part)
        node.set("parts", parts)
        node.set("slices", slices)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        let limit = InferenceModel.valueLimit
        return .split(
            part: try node.integer("part", in: 0...limit), of: try node.integer("parts", in: 1...limit), slices: try node.integer("slices", in: 1...limit))
    }
}

struct SplitExecutor: Executor {
    let rules: SplitRules
    let shape: Shape

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let (columns, lines, slices) = (shape.columns, rows * shape.rows, rules.slices)
        let (width, run, part) = (columns / slices, columns / slices / rules.parts, rules.part)
        var result = PackedTensor(minusOnes: Shape(shape.dimensions.dropLast() + [slices * run]).batched(rows))
        let (from, to) = (PackedTensor.words(for: columns), result.wordsPerRow)
        inputs[0].bits.withUnsafeWords { source in
            result.withUnsafeMutableWords { out in
                nonisolated(unsafe) let (source, out) = (source.baseAddress!, out.baseAddress!)
                engine.parallel.forEach(lines, grain: engine.grain(to * 2)) { lines in
                    for line in lines {
                        for slice in 0..<slices {
                            PackedTensor.copyBits(
                                from: source + line * from, at: slice * width + part * run, to: out + line * to, at: slice * run, count: run)
                        }
                    }
                }
            }
        }
        return .bits(result)
    }
}

/// sums → bits in slices: slice s of column (channel) c, at column s·C + c, is +1 where z[c] >= thresholds[s·C + c].
struct MultiThresholdRules: OperationRules {
    static let identifier = "multiThreshold"
    /// Slice after slice.
    let thresholds: [Int32]

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .integers, node)
        let shape = inputs[0].shape
        guard shape.rank >= 1, !thresholds.isEmpty, thresholds.count % shape.columns == 0 else {
            throw .tableCount(node: node, table: "thresholds", expected: shape.columns, found: thresholds.count)
        }
        guard let count = InferenceModel.product([shape.rows, thresholds.count]), count <= InferenceModel.valueLimit else { throw .imageSize(node: node) }
        return .bits(Shape(shape.dimensions.dropLast() + [thresholds.count]))
    }

    func steps(_ inputs: [ValueType]) -> Int { inputs[0].shape.rows * thresholds.count }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let columns = types[0].shape.columns
        let numbers = inputs[0].numbers
        return .bits(
            (0..<types[0].shape.rows).flatMap { row in thresholds.indices.map { numbers[row * columns + $0 % columns] >= Int(thresholds[$0]) } })
    }

    func executor(_ types: [ValueType]) -> any Executor { MultiThresholdExecutor(thresholds: thresholds, shape: types[0].shape) }

    func encode(into node: inout NodeEncoder) { node.add("thresholds", thresholds) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .multiThreshold(thresholds: try node.int32s("thresholds"))
    }
}

struct MultiThresholdExecutor: Executor {
    let thresholds: [Int32]
    /// Of one item.
    let shape: Shape

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let (columns, lines) = (shape.columns, rows * shape.rows)
        var result = PackedTensor(minusOnes: Shape(shape.dimensions.dropLast() + [thresholds.count]).batched(rows))
        let (from, to) = (PackedTensor.words(for: columns), result.wordsPerRow)
        inputs[0].integers.withUnsafeBufferPointer { sums in
            for first in stride(from: 0, to: thresholds.count, by: columns) {
                let slice = engine.kernels.threshold(sums, rows: lines, thresholds: Array(thresholds[first..<first + columns]), parallel: engine.parallel)
                slice.withUnsafeWords { source in
                    result.withUnsafeMutableWords { out in
                        let (source, out) = (source.baseAddress!, out.baseAddress!)
                        for line in 0..<lines {
                            PackedTensor.copyBits(from: source + line * from, at: 0, to: out + line * to, at: first, count: columns)
                        }
                    }
                }
            }
        }
        return .bits(result)
    }
}

/// bits → sums over slices: z[c] = Σ_s x[s·C + c].
struct SliceSumRules: OperationRules {
    static let identifier = "sliceSum"
    let slices: Int

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        let shape = inputs[0].shape
        guard slices > 0, shape.rank >= 1, shape.columns % slices == 0 else {
            throw .split(node: node, part: 0, parts: 1, slices: slices, columns: shape.columns)
        }
        return .integers(Shape(shape.dimensions.dropLast() + [shape.columns / slices]), -slices...slices)
    }

    func steps(_ inputs: [ValueType]) -> Int { inputs[0].shape.count }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let columns = types[0].shape.columns
        let (width, numbers) = (columns / slices, inputs[0].numbers)
        return .integers(
            (0..<types[0].shape.rows).flatMap { row in
                (0..<width).map { c in (0..<slices).reduce(0) { $0 + numbers[row * columns + $1 * width + c] } }
            })
    }

    func executor(_ types: [ValueType]) -> any Executor { SliceSumExecutor(slices: slices, shape: types[0].shape) }

    func encode(into node: inout NodeEncoder) { node.set("slices", slices) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .sliceSum(slices: try node.integer("slices", in: 1...InferenceModel.valueLimit))
    }
}

struct SliceSumExecutor: Executor {
    let slices: Int
    let shape: Shape

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let (width, lines) = (shape.columns / slices, rows * shape.rows)
        let stride = PackedTensor.words(for: shape.columns)
        return .integers(
            inputs[0].bits.withUnsafeWords { source in
                [Int32](count: lines * width) { out in
                    for line in 0..<lines {
                        for c in 0..<width {
                            var plus: Int32 = 0
                            for slice in 0..<slices {
                                let place = slice * width + c
                                plus &+= Int32(truncatingIfNeeded: source[line * stride + place / 64] >> UInt64(place % 64) & 1)
                            }
                            out[line * width + c] = 2 * plus - Int32(slices)
                        }
                    }
                }
            })
    }
}
