public import BitCore

/// How a pass treats layers whose training and evaluation differ.
public enum PassMode: Sendable, Hashable {
    /// Batch statistics; the cache is filled for a backward pass.
    case training
    /// Running statistics; what a shipped model computes.
    case inference
}

/// What a layer keeps from its forward pass for its backward pass. What was binarised is kept as bits.
public struct LayerCache: Sendable {
    public var packed: [PackedTensor] = []
    public var reals: [Tensor] = []
    /// Integers of 16 bits in place of reals that are multiples of one power of two, or of `factors`.
    public var shorts: [AlignedBuffer<Int16>] = []
    /// One byte an element: which tap a pooling took.
    public var bytes: [AlignedBuffer<UInt8>] = []
    /// What ApproxSign read.
    public var slopes: ApproxSignSlopes?
    /// Per-channel vectors (means, deviations).
    public var vectors: [[Float]] = []
    /// The signs of the kernel that the pass computed with.
    public var kernel: PackedTensor?
    /// Scales by output: of that kernel, of `shorts`.
    public var factors: [Float]?

    public init() {}

    /// Bytes held.
    public var byteCount: Int {
        let bits = packed.reduce(kernel?.wordCount ?? 0) { $0 + $1.wordCount } * 8
        let small = shorts.reduce(0) { $0 + $1.count * 2 } + bytes.reduce(slopes?.byteCount ?? 0) { $0 + $1.count }
        return bits + small + reals.reduce(0) { $0 + $1.count * 4 } + vectors.reduce(0) { $0 + $1.count * 4 }
    }
}

/// One operation of a network with an explicit gradient. A layer is a value that describes the operation; its parameters live in a
/// `ParameterStore`, and the layer holds only their places. A forward pass changes nothing but the cache.
public protocol Layer: Sendable {
    /// The kind as summaries print it: `Dense`.
    var kind: String { get }

    /// Declares the parameters and returns the type of the output, given the types of the inputs.
    mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal

    /// Draws initial values. `generator` belongs to this layer alone.
    func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator)

    /// Batch in, batch out.
    func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation

    /// Writes ∂loss/∂parameters into `gradients` (each parameter belongs to one layer, so it overwrites) and returns ∂loss/∂input for
    /// every input that `needs` it, nil for the others. `cache` is what `forward` left in training mode. A layer that takes the gradient as
    /// `consuming` may write its result over it.
    func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?]

    /// Folds the statistics of a training batch into running ones. Called once a step, before the backward pass.
    func updateStatistics(_ cache: LayerCache, _ parameters: inout ParameterStore)

    /// Arithmetic for one item.
    func operationCounts(_ inputs: [Signal]) -> OperationCounts
}

extension Layer {
    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {}
    public func updateStatistics(_ cache: LayerCache, _ parameters: inout ParameterStore) {}
}

/// Collects the parameters that layers declare, under the name of the layer.
public struct ParameterBuilder {
    public private(set) var specs: [ParameterSpec] = []
    var prefix = ""

    init() {}

    public mutating func declare(
        _ name: String, _ shape: Shape, role: ParameterRole, encoding: ParameterEncoding = .real
    ) -> ParameterID {
        specs.append(ParameterSpec(name: prefix + "." + name, shape: shape, role: role, encoding: encoding))
        return ParameterID(index: specs.count - 1)
    }
}

/// Layers that do not fit together.
public enum ShapeError: Error, Hashable, CustomStringConvertible {
    case inputs(layer: String, expected: Int, found: Int)
    case rank(layer: String, expected: Int, found: Shape)
    case image(layer: String, found: Shape)
    case width(layer: String, wants: String)
    case unknownValue(layer: String, value: Int)
    case duplicateName(String)
    case invalid(layer: String, what: String)

    public var description: String {
        switch self {
        case .inputs(let layer, let expected, let found): "\(layer) takes \(expected) input(s) but is given \(found)"
        case .rank(let layer, let expected, let found):
            "\(layer) takes items of \(expected) dimension(s) but is given \(found); add a Flatten before it"
        case .image(let layer, let found): "\(layer) takes items of height×width×channels but is given \(found)"
        case .width(let layer, let wants): "\(layer) takes \(wants)"
        case .unknownValue(let layer, let value): "\(layer) reads value \(value), which no earlier layer makes"
        case .duplicateName(let name): "two layers are named \(name); give each its own name"
        case .invalid(let layer, let what): "\(layer): \(what)"
        }
    }
}
