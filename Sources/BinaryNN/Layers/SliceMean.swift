public import BitCore

/// The mean over slices, channel by channel: of k·C slice-major channels it makes C. The mean over a power of two of whole numbers stays exact.
public struct SliceMean: Layer {
    public let slices: Int

    public init(slices: Int) { self.slices = slices }

    public var kind: String { "SliceMean" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let width = try SliceLayout(kind, inputs[0].shape, slices: slices).width
        return Signal(Shape(inputs[0].shape.dimensions.dropLast() + [width]), inputs[0].width.mean(of: slices, .valid))
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var mean = inputs[0].real(context).sumOfSlices(slices, context.parallel)
        mean.withUnsafeMutableElements { context.kernels.scale($0, by: 1 / Float(slices), parallel: context.parallel) }
        return .real(mean)
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = consume outputGradient
        gradient.withUnsafeMutableElements { context.kernels.scale($0, by: 1 / Float(slices), parallel: context.parallel) }
        let channels = gradient.shape.columns
        var spread = Tensor(uninitialized: Shape(gradient.shape.dimensions.dropLast() + [slices * channels]))
        for slice in 0..<slices { spread.copyChannels(from: gradient, 0..<channels, to: slice * channels, context.parallel) }
        return [spread]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = inputs[0].shape.count
        return counts
    }
}

/// Slice-major channels: `slices` runs of `width`.
struct SliceLayout: Hashable, Sendable {
    let slices: Int
    let width: Int

    init(_ layer: String, _ shape: Shape, slices: Int) throws(ShapeError) {
        guard slices > 0, shape.rank > 0, shape.columns % slices == 0 else {
            throw .invalid(layer: layer, what: "needs slices that divide the channels, but \(slices) do not divide those of \(shape)")
        }
        self.slices = slices
        width = shape.columns / slices
    }
}

extension Tensor {
    /// Σ over slices of slice-major channels, in their order.
    func sumOfSlices(_ slices: Int, _ parallel: Parallel) -> Tensor {
        guard slices > 1 else { return self }
        let channels = shape.columns / slices
        var sum = Tensor(uninitialized: Shape(shape.dimensions.dropLast() + [channels]))
        let rows = shape.rows
        sum.withUnsafeMutableElements { sum in
            withUnsafeElements { x in
                nonisolated(unsafe) let (sum, x) = (sum, x)
                parallel.forEach(rows, grain: Swift.max(1, 16_384 / Swift.max(slices * channels, 1))) { rows in
                    for row in rows {
                        let (to, from) = (sum.baseAddress! + row * channels, x.baseAddress! + row * slices * channels)
                        to.update(from: from, count: channels)
                        for slice in 1..<slices {
                            let part = from + slice * channels
                            for c in 0..<channels { to[c] += part[c] }
                        }
                    }
                }
            }
        }
        return sum
    }
}
