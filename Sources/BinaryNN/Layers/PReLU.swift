public import BitCore

/// y = PReLU_c(x + γ_c) + ζ_c, with PReLU_c(u) = u for u ≥ 0 and α_c·u below (ReActNet, Liu et al. 2020). Without shifts it is PReLU
/// (He et al. 2015).
public struct PReLU: Layer {
    /// With γ and ζ.
    public let hasShifts: Bool
    public let initialSlope: Float
    public private(set) var slope = ParameterID.unbound
    public private(set) var shift = ParameterID.unbound
    public private(set) var offset = ParameterID.unbound

    /// y = x for x ≥ 0, α_c·x below.
    public init(initialSlope: Float = 0.25) { self.init(initialSlope, hasShifts: false) }

    /// RPReLU: PReLU between two learned shifts, which start at 0.
    public static func shifted(initialSlope: Float = 0.25) -> PReLU { PReLU(initialSlope, hasShifts: true) }

    private init(_ slope: Float, hasShifts: Bool) {
        initialSlope = slope
        self.hasShifts = hasShifts
    }

    public var kind: String { hasShifts ? "RPReLU" : "PReLU" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let channels = Shape([inputs[0].shape.columns])
        slope = parameters.declare("slope", channels, role: .scale)
        if hasShifts {
            shift = parameters.declare("shift", channels, role: .bias)
            offset = parameters.declare("offset", channels, role: .bias)
        }
        return Signal(inputs[0].shape, .real)
    }

    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        parameters.withMutableReals(slope) { $0.update(repeating: initialSlope) }
    }

    // Cache: the input.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let x = inputs[0].real(context)
        if mode == .training { cache.reals = [x] }
        var y = Tensor(uninitialized: x.shape)
        withVectors(parameters) { vectors in
            x.withUnsafeElements { values in
                y.withUnsafeMutableElements { y in
                    context.kernels.rectify(values, rows: x.shape.rows, vectors, into: y, parallel: context.parallel)
                }
            }
        }
        return .real(y)
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        var gradient = consume outputGradient
        let x = cache.reals[0]
        let result = withVectors(parameters) { vectors in
            x.withUnsafeElements { values in
                gradient.withUnsafeMutableElements { dx in
                    context.kernels.rectifyGradients(
                        UnsafeBufferPointer(dx), values, rows: x.shape.rows, vectors, dx: dx, parallel: context.parallel)
                }
            }
        }
        gradients.withMutable(slope) { _ = $0.update(fromContentsOf: result.slope) }
        if hasShifts {
            gradients.withMutable(shift) { _ = $0.update(fromContentsOf: result.shift) }
            gradients.withMutable(offset) { _ = $0.update(fromContentsOf: result.offset) }
        }
        return [needs[0] ? gradient : nil]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = (hasShifts ? 3 : 1) * inputs[0].shape.count
        counts.comparisons = inputs[0].shape.count
        return counts
    }

    private func withVectors<Result>(_ parameters: ParameterStore, _ body: (RectifierVectors) -> Result) -> Result {
        parameters.withReals(slope) { slope in
            guard hasShifts else { return body(RectifierVectors(slope: slope)) }
            return parameters.withReals(shift) { shift in
                parameters.withReals(offset) { offset in body(RectifierVectors(slope: slope, shift: shift, offset: offset)) }
            }
        }
    }
}
