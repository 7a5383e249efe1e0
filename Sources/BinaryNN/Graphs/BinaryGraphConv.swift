/// A graph convolution of signs, y = Â·(α·sign(x))·(β·sign(W))ᵀ + b (Bi-GCN: Wang et al., CVPR 2021, arXiv 2010.07565), as nodes of a network:
///
///     x ─ norm? ─┬─ sign ─ dropout? ─ dense ─┬─ propagate ─ shift? ─ y
///                └────────── α = mean|x| ────┘
///
/// x is [nodes × inputs], W [outputs × inputs]. The product is of signs with signs and runs on bits wherever nothing is dropped; α = mean|x| of a
/// node and β = mean|w| of an output, as `scale` has it, and then Â, follow it, which commutes with them. The network's input comes as signs
/// already, its α with the graph.
public struct BinaryGraphConv: Sendable {
    public var outputs: Int
    public var kernel: ParameterEncoding
    public var quantizer: KernelQuantizer?
    public var scale: WeightScale
    /// Of the signs.
    public var dropout: Float
    /// A batch norm without affine before the signs; not where the input is signs.
    public var norm: BatchNorm?
    /// A learned b for each output, begun at 0: a sum of signs over hundreds of features that are mostly absent is far from 0.
    public var hasBias: Bool

    public init(
        _ outputs: Int, kernel: ParameterEncoding = .latentBinary, quantizer: KernelQuantizer? = nil, scale: WeightScale = .meanMagnitude(.through),
        dropout: Float = 0, norm: BatchNorm? = nil, bias: Bool = true
    ) {
        hasBias = bias
        (self.outputs, self.kernel, self.quantizer, self.scale, self.dropout, self.norm) = (outputs, kernel, quantizer, scale, dropout, norm)
    }

    /// Adds it behind `source`; its layers' names end in `number`.
    @discardableResult
    public func add(to builder: inout NetworkBuilder, number: Int, reading source: ValueID) throws(ShapeError) -> ValueID {
        var value = source
        var magnitudes: ValueID?
        if builder.signal(source).width != .sign {
            if let norm { value = try builder.add(norm, named: "norm\(number)", reading: value) }
            magnitudes = value
            value = try builder.add(RowScaledSign(), named: "sign\(number)", reading: value)
        }
        if dropout > 0 { value = try builder.add(Dropout(dropout), named: "dropout\(number)", reading: value) }
        value = try builder.add(Dense(outputs, kernel: kernel, quantizer: quantizer, scale: scale), named: "conv\(number)", reading: value)
        let propagation = GraphPropagation()
        if let magnitudes {
            value = try builder.add(propagation, named: "propagate\(number)", reading: value, magnitudes)
        } else {
            value = try builder.add(propagation, named: "propagate\(number)", reading: value)
        }
        return hasBias ? try builder.add(LearnedShift(), named: "shift\(number)", reading: value) : value
    }
}
