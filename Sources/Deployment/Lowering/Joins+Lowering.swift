internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension Add: Lowerable {
    /// Sums of one unit, and signs among them, are added as integers; anything else as reals.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard inputs.areWhole else {
            let ids = try builder.realIDs(inputs)
            return .reals(id: builder.append(builder.current, .add, reading: ids), shape: inputs[0].shape)
        }
        var parts: [LoweredSums] = []
        for input in inputs { parts.append(try builder.integers(input, kind)) }
        var result = parts[0]
        for part in parts.dropFirst() {
            result.offsets = zip(result.offsets, part.offsets).map(+)
            result.bound += part.bound
        }
        guard result.bound < 1 << 24 else { throw .inexact(name: builder.current, bound: result.bound) }
        var ids: [Int] = []
        for index in parts.indices { ids.append(builder.emit(&parts[index])) }
        result.source = .node(builder.append(builder.current, .add, reading: ids))
        return .sums(result)
    }
}

extension Concatenate: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let columns = inputs.reduce(0) { $0 + $1.shape.columns }
        let shape = Shape(inputs[0].shape.dimensions.dropLast() + [columns])
        var ids: [Int] = []
        for case .bits(let id, _) in inputs { ids.append(id) }
        if ids.count == inputs.count { return .bits(id: builder.append(builder.current, .concatenate, reading: ids), shape: shape) }
        guard inputs.areWhole, ids.isEmpty else {
            return .reals(id: builder.append(builder.current, .concatenate, reading: try builder.realIDs(inputs)), shape: shape)
        }
        var parts: [LoweredSums] = []
        for input in inputs { parts.append(try builder.integers(input, kind)) }
        for index in parts.indices { ids.append(builder.emit(&parts[index])) }
        return .sums(
            LoweredSums(
                source: .node(builder.append(builder.current, .concatenate, reading: ids)), shape: shape, offsets: parts.flatMap(\.offsets),
                bound: parts.map(\.bound).max() ?? 0, shift: parts[0].shift))
    }
}

extension Slice: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let shape = Shape(inputs[0].shape.dimensions.dropLast() + [channels.count])
        let operation = InferenceModel.Operation.slice(first: channels.lowerBound, count: channels.count)
        switch inputs[0] {
        case .bytes: throw unsupported(inputs[0], builder)
        case .bits(let id, _): return .bits(id: builder.append(builder.current, operation, reading: id), shape: shape)
        case .reals(let id, _): return .reals(id: builder.append(builder.current, operation, reading: id), shape: shape)
        case .sums(var sums):
            guard sums.isSettled else {
                return .reals(id: builder.append(builder.current, operation, reading: try builder.reals(inputs[0]).id), shape: shape)
            }
            try builder.settle(&sums, for: kind)
            sums.source = .node(builder.append(builder.current, operation, reading: builder.emit(&sums)))
            sums.offsets = Array(sums.offsets[channels])
            sums.steps = sums.steps.map { if case .affine(let a, let b) = $0 { .affine(a: Array(a[channels]), b: Array(b[channels])) } else { $0 } }
            sums.shape = shape
            sums.grid = nil
            return .sums(sums)
        }
    }
}

extension LoweringBuilder {
    /// A value as plain integers: sums without steps, or signs as sums of one pixel.
    mutating func integers(_ value: LoweredValue, _ kind: String) throws(LoweringError) -> LoweredSums {
        switch value {
        case .sums(var sums):
            try settle(&sums, for: kind)
            guard sums.steps.isEmpty else { throw .unsupportedInput(name: current, kind: kind, found: value.kind) }
            return sums
        case .bits(let id, let shape):
            guard let geometry = try? WindowGeometry(shape, Window(1), .valid) else {
                throw .unsupportedInput(name: current, kind: kind, found: "signs of \(shape), which are no image")
            }
            let node = append(current + "_signs", .sumPool(geometry), reading: id)
            return LoweredSums(source: .node(node), shape: shape, offsets: Array(repeating: 0, count: shape.columns), bound: 1, shift: 0)
        case .bytes, .reals: throw .unsupportedInput(name: current, kind: kind, found: value.kind)
        }
    }

    mutating func realIDs(_ values: [LoweredValue]) throws(LoweringError) -> [Int] {
        var ids: [Int] = []
        for value in values { ids.append(try reals(value).id) }
        return ids
    }
}

extension [LoweredValue] {
    /// True for sums, and signs of images, that can be joined as integers in one unit.
    fileprivate var areWhole: Bool {
        let shifts = compactMap { value -> Int? in
            switch value {
            case .sums(let sums): sums.steps.allSatisfy { if case .maxPool = $0 { true } else { false } } ? sums.shift : nil
            case .bits(_, let shape): shape.rank == 3 ? 0 : nil
            case .bytes, .reals: nil
            }
        }
        return shifts.count == count && Set(shifts).count == 1
    }
}

extension LoweredSums {
    /// True when pools stand before all other steps, so that they can be nodes of integers.
    fileprivate var isSettled: Bool {
        !steps.drop { if case .maxPool = $0 { true } else { false } }.contains { if case .maxPool = $0 { true } else { false } }
    }
}
