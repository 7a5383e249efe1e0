public import BitCore

/// Channels of two values in turn: out[2c] = x[c], out[2c + 1] = y[c], the concatenation and shuffle of BoolNet's blocks. With slice-major channels it
/// interleaves every slice by itself. Signs stay bits.
public struct Interleave: Layer {
    public init() {}

    public var kind: String { "Interleave" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 2 else { throw .inputs(layer: kind, expected: 2, found: inputs.count) }
        guard inputs[0].shape == inputs[1].shape else {
            throw .invalid(layer: kind, what: "interleaves items of one shape but is given \(inputs[0].shape) and \(inputs[1].shape)")
        }
        let shape = inputs[0].shape
        return Signal(Shape(shape.dimensions.dropLast() + [2 * shape.columns]), Signal.Width.common(inputs.map(\.width)))
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        if let signs = inputs.allSigns { return .packed(signs[0].interleaved(with: signs[1], context.parallel)) }
        let (x, y) = (inputs[0].real(context), inputs[1].real(context))
        var result = Tensor(uninitialized: Shape(x.shape.dimensions.dropLast() + [2 * x.shape.columns]))
        result.withUnsafeMutableElements { result in
            x.withUnsafeElements { x in
                y.withUnsafeElements { y in
                    nonisolated(unsafe) let (x, y, result) = (x, y, result)
                    context.parallel.forEach(x.count, grain: 16_384) { places in
                        for i in places { (result[2 * i], result[2 * i + 1]) = (x[i], y[i]) }
                    }
                }
            }
        }
        return .real(result)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        (0..<2).map { place in
            guard needs[place] else { return nil }
            var part = Tensor(uninitialized: Shape(outputGradient.shape.dimensions.dropLast() + [outputGradient.shape.columns / 2]))
            part.withUnsafeMutableElements { part in
                outputGradient.withUnsafeElements { g in
                    nonisolated(unsafe) let (g, part) = (UnsafeRawPointer(g.baseAddress!), part)
                    context.parallel.forEach(part.count, grain: 16_384) { places in
                        var i = places.lowerBound
                        while i + 8 <= places.upperBound {
                            let both = g.loadUnaligned(fromByteOffset: 8 * i, as: SIMD16<Float>.self)
                            UnsafeMutableRawPointer(part.baseAddress! + i).storeBytes(of: place == 0 ? both.evenHalf : both.oddHalf, as: SIMD8<Float>.self)
                            i += 8
                        }
                        while i < places.upperBound {
                            part[i] = g.loadUnaligned(fromByteOffset: 4 * (2 * i + place), as: Float.self)
                            i += 1
                        }
                    }
                }
            }
            return part
        }
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
}
