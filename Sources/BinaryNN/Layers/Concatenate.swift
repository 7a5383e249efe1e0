public import BitCore

/// Joins values along the channels (innermost extent); all other extents are the same. Signs stay bits when all inputs are signs.
public struct Concatenate: Layer {
    private var counts: [Int] = []

    public init() {}

    public var kind: String { "Concatenate" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count >= 2 else { throw .inputs(layer: kind, expected: 2, found: inputs.count) }
        let outer = inputs[0].shape.dimensions.dropLast()
        guard inputs.allSatisfy({ $0.shape.rank > 0 && $0.shape.dimensions.dropLast() == outer }) else {
            throw .invalid(
                layer: kind, what: "joins items that differ in channels alone but is given \(inputs.map(\.shape.description).joined(separator: " and "))")
        }
        counts = inputs.map(\.shape.columns)
        return Signal(Shape(outer + [counts.reduce(0, +)]), Signal.Width.common(inputs.map(\.width)))
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let total = counts.reduce(0, +)
        let shape = Shape(inputs[0].shape.dimensions.dropLast() + [total])
        if let signs = inputs.allSigns {
            var joined = PackedTensor(minusOnes: shape)
            var first = 0
            for part in signs {
                joined.copyChannels(from: part, 0..<part.shape.columns, to: first, context.parallel)
                first += part.shape.columns
            }
            return .packed(joined)
        }
        var joined = Tensor(uninitialized: shape)
        var first = 0
        for part in inputs.map({ $0.real(context) }) {
            joined.copyChannels(from: part, 0..<part.shape.columns, to: first, context.parallel)
            first += part.shape.columns
        }
        return .real(joined)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        var first = 0
        return zip(counts, needs).map { count, isNeeded in
            defer { first += count }
            guard isNeeded else { return nil }
            var part = Tensor(uninitialized: Shape(outputGradient.shape.dimensions.dropLast() + [count]))
            part.copyChannels(from: outputGradient, first..<first + count, to: 0, context.parallel)
            return part
        }
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
}
