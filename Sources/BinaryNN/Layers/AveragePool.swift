public import BitCore

/// The mean of the values under a window. Taps outside the image count as what the padding says (0 with `.zero`), and the sum is always divided
/// by the number of taps. The mean over a power of two of whole numbers stays exact, so its type says so.
public struct AveragePool: Layer {
    public let window: Window
    public let padding: Padding
    public let margins: Margins?
    private var pooling: Pooling?

    /// - Parameter window: its stride is the pooling's: `Window(2, stride: 2)` halves an image.
    public init(_ window: Window = Window(2, stride: 2), _ padding: Padding = .valid, margins: Margins? = nil) {
        self.window = window
        self.padding = padding
        self.margins = margins
    }

    public var kind: String { "AveragePool" }

    /// Known when bound.
    public var geometry: WindowGeometry? { pooling?.geometry }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        let pooling = try Pooling(kind, inputs, window, padding, margins)
        self.pooling = pooling
        return Signal(pooling.output, inputs[0].width.mean(of: window.taps, padding))
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        .real(bound.means(inputs[0].real(context), context))
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        [needs[0] ? bound.gradient(ofMeans: outputGradient, context) : nil]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = bound.output.count * window.taps
        return counts
    }

    private var bound: Pooling {
        guard let pooling else { preconditionFailure("a \(kind) that no network has bound has no geometry") }
        return pooling
    }
}
