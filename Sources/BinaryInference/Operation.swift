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
        /// sums → bits: +1 where z[j] >= thresholds[j]. `Int32.max` is never, `Int32.min` is always.
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
        case .threshold(let thresholds): ThresholdRules(thresholds: thresholds)
        case .scores(let scale, let bias, let exponent): ScoresRules(scale: scale, bias: bias, exponent: exponent)
        }
    }
}

extension InferenceModel.Operation {
    /// Weights, ±1 each, of the operation.
    public var weightCount: Int {
        switch self {
        case .byteDense(let kernel), .binaryDense(let kernel): kernel.shape.count
        case .binarise, .threshold, .scores: 0
        }
    }

    /// Every kind of operation that a file may name.
    static let kinds: [any OperationRules.Type] = [
        BinariseRules.self, ByteDenseRules.self, BinaryDenseRules.self, ThresholdRules.self, ScoresRules.self,
    ]
}

/// What the module knows about one kind of operation.
package protocol OperationRules: Sendable {
    /// The name in the file: fixed for ever.
    static var identifier: String { get }
    /// Number of values it reads.
    var arity: Int { get }
    /// The type of its result, or why it cannot read these inputs. `node` is for the message.
    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType
    /// The result for one item, by plain loops: the oracle.
    func reference(_ inputs: [ReferenceValue]) -> ReferenceValue
    /// The operation made ready to run fast.
    func executor() -> any Executor
    /// Writes attributes and arrays; what `decode` reads.
    func encode(into node: inout NodeEncoder)
    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation
}
