public import BitCore

/// x·y of signs, the logical XNOR: what BoolNet joins the first convolution of a block with its shortcut by (Guo et al. 2021). Signs in, signs out;
/// the gradient is that of the product of reals.
public struct Xnor: Layer {
    public init() {}

    public var kind: String { "Xnor" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        try Signal.ofTwoSigns(inputs, layer: kind)
    }

    // Cache: both inputs, as bits.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let (x, y) = (inputs[0].signs(context), inputs[1].signs(context))
        if mode == .training { cache.packed = [x, y] }
        return .packed(x.xnor(y, context.parallel))
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        let gradient = outputGradient
        return (0..<2).map { needs[$0] ? context.kernels.product(of: gradient, andSigns: cache.packed[1 - $0], parallel: context.parallel) : nil }
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { .logic(inputs[0].shape.count) }
}

/// +1 where either sign is, the logical OR: what BoolNet joins the second convolution of a block with its shortcut by. The gradient is that of
/// 2·clamp((x + 1)/2 + (y + 1)/2, 0, 1) − 1, whose bounds let it pass: it is blocked where both signs are +1, and there alone.
public struct Or: Layer {
    public init() {}

    public var kind: String { "Or" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        try Signal.ofTwoSigns(inputs, layer: kind)
    }

    // Cache: where the gradient passes, as bits.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let (x, y) = (inputs[0].signs(context), inputs[1].signs(context))
        if mode == .training { cache.packed = [x.nand(y, context.parallel)] }
        return .packed(x.or(y, context.parallel))
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs.contains(true) else { return [nil, nil] }
        var gradient = consume outputGradient
        context.kernels.mask(&gradient, by: cache.packed[0], parallel: context.parallel)
        return needs.map { $0 ? gradient : nil }
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { .logic(inputs[0].shape.count) }
}

extension Signal {
    /// The type of the logic of two values of signs.
    fileprivate static func ofTwoSigns(_ inputs: [Signal], layer: String) throws(ShapeError) -> Signal {
        guard inputs.count == 2 else { throw .inputs(layer: layer, expected: 2, found: inputs.count) }
        guard inputs.allSatisfy({ $0.width == .sign }) else { throw .width(layer: layer, wants: "signs; put a Sign before it") }
        guard inputs[0].shape == inputs[1].shape else {
            throw .invalid(layer: layer, what: "joins items of one shape but is given \(inputs[0].shape) and \(inputs[1].shape)")
        }
        return inputs[0]
    }
}

extension OperationCounts {
    fileprivate static func logic(_ count: Int) -> OperationCounts {
        var counts = OperationCounts()
        counts.bitOperations = count
        return counts
    }
}

extension Activation {
    /// As bits.
    func signs(_ context: ExecutionContext) -> PackedTensor {
        switch self {
        case .packed(let bits): bits
        case .real(let x): context.kernels.packSigns(x, parallel: context.parallel)
        }
    }
}
