internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension MaxPool: Lowerable {
    /// Of signs an OR; of sums a step that whoever reads them moves behind the threshold or makes a node.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard let geometry else { throw .unsupportedLayer(name: builder.current, kind: kind) }
        var isReal = false
        if case .reals = inputs[0] { isReal = true }
        guard isReal || padding == .valid || padding == .replicate else {
            throw .padding(name: builder.current, kind: kind, padding, hint: "replicate leaves out what lies outside the image")
        }
        switch inputs[0] {
        case .bits(let id, _):
            let any = LoweringBuilder.signs(Array(repeating: true, count: geometry.image[2]))
            return .bits(
                id: builder.append(builder.current, .bitPool(geometry, any: any), reading: id),
                shape: [geometry.height, geometry.width, geometry.image[2]])
        case .sums(var sums):
            sums.steps.append(.maxPool(geometry, name: builder.current))
            sums.grid = nil
            return .sums(sums)
        case .reals(let id, _):
            return .reals(
                id: builder.append(builder.current, .maxPool(geometry), reading: id), shape: [geometry.height, geometry.width, geometry.image[2]])
        case .bytes: throw unsupported(inputs[0], builder)
        }
    }
}

extension AveragePool: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard let geometry else { throw .unsupportedLayer(name: builder.current, kind: kind) }
        if inputs[0].isReal { return try builder.realMean(inputs[0], geometry) }
        return .sums(try builder.mean(inputs[0], geometry, kind))
    }
}

extension GlobalAveragePool: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let shape = inputs[0].shape
        guard let geometry = try? WindowGeometry(shape, Window(shape[0], shape[1]), .valid) else {
            throw .unsupportedLayer(name: builder.current, kind: kind)
        }
        if inputs[0].isReal {
            let mean = try builder.reals(try builder.realMean(inputs[0], geometry))
            let vector = Shape([geometry.image[2]])
            return .reals(id: builder.append(builder.current, .reshape(vector), reading: mean.id), shape: vector)
        }
        var sums = try builder.mean(inputs[0], geometry, kind)
        sums.shape = [geometry.image[2]]
        sums.source = .node(builder.append(builder.current, .reshape(sums.shape), reading: builder.emit(&sums)))
        return .sums(sums)
    }
}

extension LoweredValue {
    /// True for reals, and for functions of sums that are no sums themselves.
    fileprivate var isReal: Bool {
        switch self {
        case .reals: true
        case .sums(let sums): sums.steps.contains { if case .affine = $0 { true } else { false } }
        case .bytes, .bits: false
        }
    }
}

extension LoweringBuilder {
    fileprivate mutating func realMean(_ value: LoweredValue, _ geometry: WindowGeometry) throws(LoweringError) -> LoweredValue {
        let source = try reals(value)
        return .reals(
            id: append(current, .meanPool(geometry), reading: source.id), shape: [geometry.height, geometry.width, geometry.image[2]])
    }

    /// The mean under a window: an integer sum, and its divisor as a step, or in the unit where that is exact. The network adds first, which
    /// is exact, and then multiplies with 1/taps.
    mutating func mean(_ value: LoweredValue, _ geometry: WindowGeometry, _ kind: String) throws(LoweringError) -> LoweredSums {
        let taps = geometry.window.taps
        var result: LoweredSums
        let id: Int
        switch value {
        case .bits(let source, let shape):
            id = source
            result = LoweredSums(source: .node(id), shape: shape, offsets: Array(repeating: 0, count: shape.columns), bound: 1, shift: 0)
        case .sums(var sums):
            try settle(&sums, for: kind)
            guard sums.steps.isEmpty else { throw .unsupportedInput(name: current, kind: kind, found: value.kind) }
            id = emit(&sums)
            result = sums
        case .bytes, .reals: throw .unsupportedInput(name: current, kind: kind, found: value.kind)
        }
        // A window over the border adds the offset as often as it has taps inside, which differs from place to place.
        let isEven = geometry.padding == .valid || geometry.padding == .replicate || geometry.padding == .zero && result.offsets.allSatisfy { $0 == 0 }
        guard isEven else { throw .padding(name: current, kind: kind, geometry.padding, hint: "use valid or replicate") }
        result.bound *= taps
        guard result.bound < 1 << 24 else { throw .inexact(name: current, bound: result.bound) }
        result.offsets = result.offsets.map { $0 * taps }
        result.source = .node(append(current, .sumPool(geometry), reading: id))
        result.shape = [geometry.height, geometry.width, geometry.image[2]]
        if taps & (taps - 1) == 0 {
            result.shift += taps.trailingZeroBitCount
        } else {
            let channels = geometry.image[2]
            result.steps = [.affine(a: Array(repeating: 1 / Float(taps), count: channels), b: Array(repeating: 0, count: channels))]
        }
        return result
    }
}
