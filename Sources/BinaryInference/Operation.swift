public import BitCore

extension InferenceModel {
    /// What a node computes. Adding one takes a case here, a line in `rules` and in `kinds`, and a file in `Operations/` with its
    /// rules, its reference and its fast executor.
    public enum Operation: Sendable, Equatable {
        /// bytes → bits: +1 where q >= threshold. The item becomes one vector, row-major.
        case binarise(threshold: UInt8)
        /// bytes → sums z[j] = Σ_k w[j][k]·q[k], kernel [outputs × inputs]. Raw bytes: zero points live in what follows.
        case byteDense(kernel: PackedTensor)
        /// bits → sums z[j] = Σ_k w[j][k]·x[k] = K − 2·popcount(w_j ⊕ x), kernel [outputs × inputs].
        case binaryDense(kernel: PackedTensor)
        /// bytes → sums: the convolution of raw bytes with kernel rows [outputs × depth]; taps outside the image read `outside`.
        case byteConvolution(kernel: PackedTensor, geometry: ConvolutionGeometry, outside: Int)
        /// bits → sums: the convolution of signs with kernel rows [outputs × depth]: taps row-major, channels of a group innermost.
        case binaryConvolution(kernel: PackedTensor, geometry: ConvolutionGeometry)
        /// anything → reals y = scale·x + bias, one of each a column (channel): multiplied, then added, each rounded to Float32.
        case affine(scale: [Float], bias: [Float])
        /// reals → reals: the convolution with a real kernel [outputs × depth], summed in one fixed order by fused multiply-adds.
        case realConvolution(kernel: Tensor, geometry: ConvolutionGeometry)
        /// reals → reals z[j] = Σ_k w[j][k]·x[k] in the same order, kernel [outputs × inputs].
        case realDense(kernel: Tensor)
        /// reals → reals: the mean of each window.
        case meanPool(WindowGeometry)
        /// reals → reals: max(x, 0).
        case relu
        /// reals → reals y = (u ≥ 0 ? u : slope·u) + offset with u = x + shift, one of each a column (channel).
        case rectify(slope: [Float], shift: [Float], offset: [Float])
        /// reals → bits: +1 where x[j] >= thresholds[j], one threshold a column (channel).
        case realThreshold(thresholds: [Float])
        /// reals → scores, as they are.
        case realScores
        /// sums or reals: the largest of each window.
        case maxPool(WindowGeometry)
        /// bits → bits: +1 where any pixel of the window has it, in channels marked +1 in `any` [1 × channels]; where all have it, in others.
        case bitPool(WindowGeometry, any: PackedTensor)
        /// sums or bits → sums: the sum of each window.
        case sumPool(WindowGeometry)
        /// bits → bits: the opposite sign in columns marked +1 in `flips` [1 × columns].
        case flip(PackedTensor)
        /// The same elements as an item of another shape.
        case reshape(Shape)
        /// Values side by side along the innermost extent.
        case concatenate
        /// The columns (channels) from `first` on.
        case slice(first: Int, count: Int)
        /// The sum of sums, or of reals.
        case add
        /// bits, bits → bits: +1 where both agree.
        case xnor
        /// bits, bits → bits: +1 where either is.
        case or
        /// bits, bits → bits: their columns (channels) in turn.
        case interleave
        /// bits → bits: one of equal runs of columns (channels), taken from each of equal slices.
        case split(part: Int, of: Int, slices: Int)
        /// bits → sums over slices, channel by channel of slice-major channels.
        case sliceSum(slices: Int)
        /// sums → bits in slices: at column s·C + c +1 where z[c] >= thresholds[s·C + c].
        case multiThreshold(thresholds: [Int32])
        /// sums → bits: +1 where z[j] >= thresholds[j], one threshold a column (channel). `Int32.max` is never, `Int32.min` is always.
        case threshold(thresholds: [Int32])
        /// sums → scores s[j] = scale[j]·z[j] + bias[j], |s| < 2^24; the real value is s·2^exponent.
        case scores(scale: [Int32], bias: [Int32], exponent: Int)
    }
}

extension InferenceModel.Operation {
    /// The operation's name in the file.
    public var identifier: String { type(of: rules).identifier }

    package var rules: any OperationRules {
        switch self {
        case .binarise(let threshold): BinariseRules(threshold: threshold)
        case .byteDense(let kernel): ByteDenseRules(kernel: kernel)
        case .binaryDense(let kernel): BinaryDenseRules(kernel: kernel)
        case .byteConvolution(let kernel, let geometry, let outside): ByteConvolutionRules(kernel: kernel, geometry: geometry, outside: outside)
        case .binaryConvolution(let kernel, let geometry): BinaryConvolutionRules(kernel: kernel, geometry: geometry)
        case .affine(let scale, let bias): AffineRules(scale: scale, bias: bias)
        case .realConvolution(let kernel, let geometry): RealConvolutionRules(kernel: kernel, geometry: geometry)
        case .realDense(let kernel): RealDenseRules(kernel: kernel)
        case .meanPool(let geometry): MeanPoolRules(geometry: geometry)
        case .relu: ReLURules()
        case .rectify(let slope, let shift, let offset): RectifyRules(slope: slope, shift: shift, offset: offset)
        case .realThreshold(let thresholds): RealThresholdRules(thresholds: thresholds)
        case .realScores: RealScoresRules()
        case .maxPool(let geometry): MaxPoolRules(geometry: geometry)
        case .bitPool(let geometry, let any): BitPoolRules(geometry: geometry, any: any)
        case .sumPool(let geometry): SumPoolRules(geometry: geometry)
        case .flip(let flips): FlipRules(flips: flips)
        case .reshape(let shape): ReshapeRules(shape: shape)
        case .concatenate: ConcatenateRules()
        case .slice(let first, let count): SliceRules(first: first, count: count)
        case .add: AddRules()
        case .xnor: XnorRules()
        case .or: OrRules()
        case .interleave: InterleaveRules()
        case .split(let part, let parts, let slices): SplitRules(part: part, parts: parts, slices: slices)
        case .sliceSum(let slices): SliceSumRules(slices: slices)
        case .multiThreshold(let thresholds): MultiThresholdRules(thresholds: thresholds)
        case .threshold(let thresholds): ThresholdRules(thresholds: thresholds)
        case .scores(let scale, let bias, let exponent): ScoresRules(scale: scale, bias: bias, exponent: exponent)
        }
    }
}

extension InferenceModel.Operation {
    /// The weights, ±1 each: a packed matrix with one row an output; nil where there are none.
    public var kernel: PackedTensor? {
        switch self {
        case .byteDense(let kernel), .binaryDense(let kernel), .byteConvolution(let kernel, _, _), .binaryConvolution(let kernel, _): kernel
        default: nil
        }
    }

    /// True for operations whose results or tables are real numbers: a device needs floating-point arithmetic for them.
    public var isReal: Bool {
        switch self {
        case .affine, .realConvolution, .realDense, .meanPool, .relu, .rectify, .realThreshold, .realScores: true
        default: false
        }
    }

    /// Every kind of operation that a file may name.
    static let kinds: [any OperationRules.Type] = [
        BinariseRules.self, ByteDenseRules.self, BinaryDenseRules.self, ByteConvolutionRules.self, BinaryConvolutionRules.self,
        MaxPoolRules.self, BitPoolRules.self, SumPoolRules.self, FlipRules.self, ReshapeRules.self, ConcatenateRules.self, SliceRules.self,
        AddRules.self, ThresholdRules.self, ScoresRules.self,
        XnorRules.self, OrRules.self, InterleaveRules.self, SplitRules.self, SliceSumRules.self, MultiThresholdRules.self,
        AffineRules.self, RealConvolutionRules.self, RealDenseRules.self, MeanPoolRules.self, ReLURules.self, RectifyRules.self,
        RealThresholdRules.self, RealScoresRules.self,
    ]
}

/// What the module knows about one kind of operation.
package protocol OperationRules: Sendable {
    /// The name in the file: fixed for ever.
    static var identifier: String { get }
    /// Number of values it reads; one unless it says otherwise.
    var arity: ClosedRange<Int> { get }
    /// The type of its result, or why it cannot read these inputs. `node` is for the message.
    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType
    /// Products of a weight and an input for one item, given the types of the inputs; none unless it says otherwise.
    func products(_ inputs: [ValueType]) -> Int
    /// Comparisons or additions of a pool for one item; none unless it says otherwise.
    func steps(_ inputs: [ValueType]) -> Int
    /// The result for one item, by plain loops: the oracle. `types` are those of the inputs.
    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue
    /// The operation made ready to run fast on inputs of these types.
    func executor(_ types: [ValueType]) -> any Executor
    /// Writes attributes and arrays; what `decode` reads.
    func encode(into node: inout NodeEncoder)
    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation
}

extension OperationRules {
    package var arity: ClosedRange<Int> { 1...1 }
    package func products(_ inputs: [ValueType]) -> Int { 0 }
    package func steps(_ inputs: [ValueType]) -> Int { 0 }
}
