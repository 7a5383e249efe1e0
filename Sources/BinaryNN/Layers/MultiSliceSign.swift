public import BitCore

/// k signs of every element, at k thresholds: slice i is sign(x + tᵢ), with t = ±j/(k/2 + 1) for j = 1 … k/2, rising, and 0 for k = 1 (BoolNet's feature
/// maps of k bits, Guo et al. 2021). Channels are slice-major: channel i·C + c of the output is slice i of channel c.
///
/// Each slice has the surrogate gradient of its own sign, at x + tᵢ; at the input they are summed.
public struct MultiSliceSign: Layer {
    public let slices: Int
    public let surrogate: Surrogate

    public init(slices: Int, _ surrogate: Surrogate = .straightThrough()) {
        self.slices = slices
        self.surrogate = surrogate
    }

    public var kind: String { "MultiSliceSign" }

    /// What is added before the sign of each slice.
    public var offsets: [Float] { Self.offsets(slices) }

    /// t of `slices` slices, rising.
    public static func offsets(_ slices: Int) -> [Float] {
        guard slices > 1 else { return [0] }
        let half = slices / 2
        return (-half...half).filter { $0 != 0 }.map { Float($0) / Float(half + 1) }
    }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        guard slices == 1 || (slices > 1 && slices % 2 == 0 && slices <= 64) else {
            throw .invalid(layer: kind, what: "makes 1 slice or an even number up to 64 of them, not \(slices)")
        }
        let shape = inputs[0].shape
        return Signal(Shape(shape.dimensions.dropLast() + [slices * shape.columns]), .sign)
    }

    // Cache: pass masks as bits for the straight-through estimator, x itself for surrogates that weigh it.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let x = inputs[0].real(context)
        let channels = x.shape.columns
        let shape = Shape(x.shape.dimensions.dropLast() + [slices * channels])
        let ones = [Float](repeating: 1, count: channels)
        var signs = PackedTensor(minusOnes: shape)
        var masks: PackedTensor?
        if mode == .training {
            if case .straightThrough = surrogate { masks = PackedTensor(minusOnes: shape) } else { cache.reals = [x] }
        }
        for (slice, offset) in offsets.enumerated() {
            // A sum is 0 only where it is exactly so: rounding moves no sign.
            let shift = [Float](repeating: offset, count: channels)
            let part = context.kernels.affineSigns(x, scale: ones, bias: shift, parallel: context.parallel)
            signs.copyChannels(from: part, 0..<channels, to: slice * channels, context.parallel)
            if masks != nil, case .straightThrough(let limit) = surrogate {
                let moved = context.kernels.affine(x, scale: ones, bias: shift, parallel: context.parallel)
                let mask = context.kernels.packWithin(moved, limit: limit, parallel: context.parallel)
                masks?.copyChannels(from: mask, 0..<channels, to: slice * channels, context.parallel)
            }
        }
        if let masks { cache.packed = [masks] }
        return .packed(signs)
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = consume outputGradient
        let channels = gradient.shape.columns / slices
        if let masks = cache.packed.first {
            context.kernels.mask(&gradient, by: masks, parallel: context.parallel)
        } else {
            let (x, offsets, surrogate) = (cache.reals[0], offsets, surrogate)
            gradient.withUnsafeMutableElements { g in
                x.withUnsafeElements { x in
                    nonisolated(unsafe) let (g, x) = (g, x)
                    context.parallel.forEach(x.count / max(channels, 1), grain: max(1, 4096 / max(channels, 1))) { rows in
                        for row in rows {
                            for (slice, offset) in offsets.enumerated() {
                                let start = (row * offsets.count + slice) * channels
                                for c in 0..<channels { g[start + c] *= surrogate.derivative(at: x[row * channels + c] + offset) }
                            }
                        }
                    }
                }
            }
        }
        return [gradient.sumOfSlices(slices, context.parallel)]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.comparisons = slices * inputs[0].shape.count
        return counts
    }
}
