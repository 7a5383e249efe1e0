public import BitCore

/// y = x₁ + x₂ + …: joins paths of equal shape, as residual connections do. Signs count as ±1.
public struct Add: Layer {
    public init() {}

    public var kind: String { "Add" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count >= 2 else { throw .inputs(layer: kind, expected: 2, found: inputs.count) }
        guard inputs.allSatisfy({ $0.shape == inputs[0].shape }) else {
            throw .invalid(layer: kind, what: "adds items of one shape but is given \(inputs.map(\.shape.description).joined(separator: " and "))")
        }
        let parts = inputs.compactMap(\.width.integers)
        if parts.count == inputs.count, parts.allSatisfy({ $0.shift == parts[0].shift }) {
            return Signal(inputs[0].shape, .integer(bound: parts.reduce(0) { $0 + $1.bound }, shift: parts[0].shift))
        }
        return Signal(inputs[0].shape, .real)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var sum = inputs[0].real(context).sum(with: inputs[1].real(context), context)
        for input in inputs.dropFirst(2) { sum.add(input.real(context), context) }
        return .real(sum)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        needs.map { $0 ? outputGradient : nil }
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = (inputs.count - 1) * inputs[0].shape.count
        return counts
    }
}
