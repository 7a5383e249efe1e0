public import BitCore

/// The largest value under a window, the first of equals: where the gradient goes. On signs it is an OR of bits.
///
/// Padding means what it does elsewhere: `.zero` and `.plusOne` take part as values; `.replicate`, whose pixels repeat ones that are under the
/// window anyway, is the pooling that ignores what lies outside.
public struct MaxPool: Layer {
    public let window: Window
    public let padding: Padding
    public let margins: Margins?
    private var pooling: Pooling?
    private var isPacked = false

    /// - Parameter window: its stride is the pooling's: `Window(2, stride: 2)` halves an image.
    public init(_ window: Window = Window(2, stride: 2), _ padding: Padding = .valid, margins: Margins? = nil) {
        self.window = window
        self.padding = padding
        self.margins = margins
    }

    public var kind: String { "MaxPool" }

    /// Known when bound.
    public var geometry: WindowGeometry? { pooling?.geometry }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        let pooling = try Pooling(kind, inputs, window, padding, margins)
        guard window.taps < 256 else { throw .invalid(layer: kind, what: "a window of \(window.taps) taps is larger than 255") }
        self.pooling = pooling
        var width = inputs[0].width
        switch width {
        // −1 and 0 have the larger 0, which is no sign.
        case .sign: if padding == .zero { width = .integer(bound: 1, shift: 0) } else { isPacked = true }
        case .byte(let zero, let shift): width = .integer(bound: max(255 + abs(zero), 1 << shift), shift: shift)
        case .integer(let bound, let shift): width = .integer(bound: max(bound, padding == .plusOne ? 1 << max(shift, 0) : 0), shift: shift)
        case .real: break
        }
        return Signal(pooling.output, width)
    }

    // Cache: of reals which tap was taken, a byte each; of signs the input.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let pooling = bound
        if isPacked, case .packed(let signs) = inputs[0] {
            if mode == .training { cache.packed = [signs] }
            return .packed(pooling.largest(signs, context.parallel))
        }
        let x = inputs[0].real(context)
        let batch = x.shape[0]
        var output = Tensor(uninitialized: pooling.output.batched(batch))
        let taken = mode == .training ? AlignedBuffer<UInt8>(uninitializedCount: output.count) : nil
        x.withUnsafeElements { x in
            output.withUnsafeMutableElements { output in
                context.kernels.maxPool(
                    x, batch: batch, imageCount: pooling.geometry.image.count, pooling.windows, into: output,
                    taken: taken.map { UnsafeMutableBufferPointer(start: $0.pointer, count: $0.count) }, parallel: context.parallel)
            }
        }
        if let taken { cache.bytes = [taken] }
        return isPacked ? .packed(context.kernels.packSigns(output, parallel: context.parallel)) : .real(output)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        let pooling = bound
        if let signs = cache.packed.first { return [pooling.gradient(outputGradient, ofLargest: signs, context.parallel)] }
        let (batch, taken) = (outputGradient.shape[0], cache.bytes[0])
        var gradient = Tensor(uninitialized: pooling.geometry.image.batched(batch))
        outputGradient.withUnsafeElements { dy in
            gradient.withUnsafeMutableElements { dx in
                context.kernels.maxPoolGradient(
                    dy, taken: UnsafeBufferPointer(start: taken.pointer, count: taken.count), batch: batch,
                    imageCount: pooling.geometry.image.count, pooling.windows, into: dx, parallel: context.parallel)
            }
        }
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.comparisons = bound.output.count * (window.taps - 1)
        return counts
    }

    private var bound: Pooling {
        guard let pooling else { preconditionFailure("a \(kind) that no network has bound has no geometry") }
        return pooling
    }
}

extension Pooling {
    /// The OR of the taps.
    fileprivate func largest(_ signs: PackedTensor, _ parallel: Parallel) -> PackedTensor {
        let batch = signs.shape[0]
        var result = PackedTensor(minusOnes: output.batched(batch))
        let (words, pixels) = (signs.wordsPerRow, geometry.image[0] * geometry.image[1])
        let outside = PackedTensor.plusOnes(columns: geometry.image[2])
        signs.withUnsafeWords { source in
            result.withUnsafeMutableWords { target in
                nonisolated(unsafe) let (source, target) = (source, target)
                parallel.forEach(batch) { items in
                    for item in items {
                        for position in 0..<windows.positions {
                            let to = (item * windows.positions + position) * words
                            for tap in 0..<windows.taps {
                                if let pixel = windows.pixel(position, tap: tap) {
                                    let from = (item * pixels + pixel) * words
                                    for w in 0..<words { target[to + w] |= source[from + w] }
                                } else {
                                    for w in 0..<words { target[to + w] |= outside[w] }
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The gradient at the first tap that is +1, or at the first tap when none is.
    fileprivate func gradient(_ dy: Tensor, ofLargest signs: PackedTensor, _ parallel: Parallel) -> Tensor {
        let batch = dy.shape[0]
        var result = Tensor(zeros: geometry.image.batched(batch))
        let (channels, words, pixels) = (geometry.image[2], signs.wordsPerRow, geometry.image[0] * geometry.image[1])
        dy.withUnsafeElements { dy in
            signs.withUnsafeWords { source in
                result.withUnsafeMutableElements { dx in
                    nonisolated(unsafe) let (dy, source, dx) = (dy, source, dx)
                    parallel.forEach(batch) { items in
                        for item in items {
                            for position in 0..<windows.positions {
                                let from = (item * windows.positions + position) * channels
                                for w in 0..<words {
                                    var left = ~UInt64(0)
                                    func send(_ chosen: UInt64, tap: Int) {
                                        guard let pixel = windows.pixel(position, tap: tap) else { return }
                                        let to = (item * pixels + pixel) * channels
                                        var rest = chosen
                                        while rest != 0 {
                                            let c = w * 64 + rest.trailingZeroBitCount
                                            dx[to + c] += dy[from + c]
                                            rest &= rest - 1
                                        }
                                    }
                                    for tap in 0..<windows.taps {
                                        let bits = windows.pixel(position, tap: tap).map { source[(item * pixels + $0) * words + w] } ?? ~0
                                        send(bits & left & inside(w), tap: tap)
                                        left &= ~bits
                                    }
                                    send(left & inside(w), tap: 0)
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The bits of a word that are channels.
    private func inside(_ word: Int) -> UInt64 {
        let count = geometry.image[2] - word * 64
        return count >= 64 ? ~0 : (1 << UInt64(count)) - 1
    }
}

extension PackedTensor {
    /// The words of one row of +1.
    fileprivate static func plusOnes(columns: Int) -> [UInt64] {
        (0..<words(for: columns)).map { columns - $0 * 64 >= 64 ? ~0 : (1 << UInt64(columns - $0 * 64)) - 1 }
    }
}
