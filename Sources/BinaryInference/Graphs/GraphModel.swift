public import BitCore

/// A packed network over the nodes of a graph: convolutions of signs, y = Â·diag(α)·(S·sign(W)ᵀ·diag(β)) + b, behind one another (Bi-GCN: Wang et al.,
/// CVPR 2021). S is the signs of the layer before and α the mean magnitudes of its rows; of the first, those of the input.
///
/// Products of signs are integers and exact. α, β, the norms and Â are Float32: every operation on them is one IEEE 754 multiplication or addition
/// in a fixed order, the same in training-time evaluation, so the scores are the same bits there and here, on any instruction set and any number of
/// threads. The class of a node is the lowest index among its largest scores.
public struct GraphModel: Sendable, Equatable {
    public struct Layer: Sendable, Equatable {
        /// sign(W), [outputs × inputs].
        public var kernel: PackedTensor
        /// β of each output; nil for 1.
        public var factors: [Float]?
        /// Before the signs, of each input, x becomes a·x + b.
        public var norm: Norm?
        /// b of each output; nil for 0.
        public var shifts: [Float]?

        public init(kernel: PackedTensor, factors: [Float]? = nil, norm: Norm? = nil, shifts: [Float]? = nil) {
            (self.kernel, self.factors, self.norm, self.shifts) = (kernel, factors, norm, shifts)
        }

        public var outputs: Int { kernel.shape[0] }
        public var inputs: Int { kernel.shape[1] }
    }

    public struct Norm: Sendable, Equatable {
        public var a: [Float]
        public var b: [Float]

        public init(a: [Float], b: [Float]) { (self.a, self.b) = (a, b) }
    }

    public let name: String
    public let layers: [Layer]
    /// A name for each class.
    public let labels: [String]
    public let metadata: [String: String]

    /// - Precondition: at least one layer; each takes what the one before makes; factors and norms have their layer's extents; the first has no norm;
    ///   as many labels as outputs of the last.
    public init(name: String, layers: [Layer], labels: [String], metadata: [String: String] = [:]) {
        precondition(Self.fault(layers, labels) == nil, "not a graph network: \(Self.fault(layers, labels) ?? "")")
        (self.name, self.layers, self.labels, self.metadata) = (name, layers, labels, metadata)
    }

    public var features: Int { layers[0].inputs }
    public var classes: Int { labels.count }

    /// What does not fit, if anything.
    static func fault(_ layers: [Layer], _ labels: [String]) -> String? {
        guard let last = layers.last else { return "layers" }
        for (index, layer) in layers.enumerated() {
            guard layer.kernel.shape.rank == 2, layer.inputs > 0, layer.outputs > 0, index == 0 || layer.inputs == layers[index - 1].outputs else {
                return "the kernel of layer \(index)"
            }
            guard layer.factors.map({ $0.count == layer.outputs }) ?? true else { return "the factors of layer \(index)" }
            guard layer.shifts.map({ $0.count == layer.outputs }) ?? true else { return "the shifts of layer \(index)" }
            guard layer.norm.map({ index > 0 && $0.a.count == layer.inputs && $0.b.count == layer.inputs }) ?? true else { return "the norm of layer \(index)" }
        }
        return last.outputs == labels.count ? nil : "labels"
    }
}

/// Runs a `GraphModel` over graphs.
public struct GraphSession: Sendable {
    public let model: GraphModel
    private let panels: [BinaryPanels]
    private let kernels: Kernels
    private let parallel: Parallel

    public init(_ model: GraphModel, kernels: Kernels = .active, parallel: Parallel = .serial) {
        (self.model, self.kernels, self.parallel) = (model, kernels, parallel)
        panels = model.layers.map { BinaryPanels($0.kernel) }
    }

    /// The scores of every node, [nodes × classes].
    /// - Precondition: as many features as the model takes.
    public func scores(_ input: GraphInput) -> Tensor {
        precondition(input.featureCount == model.features, "nodes of \(input.featureCount) features for a model that takes \(model.features)")
        var (signs, scales) = (input.signs, input.graph.scales)
        var values = Tensor(zeros: [0, 0])
        for (index, layer) in model.layers.enumerated() {
            if index > 0 {
                if let norm = layer.norm { affine(&values, norm.a, norm.b) }
                scales = values.rowMagnitudes()
                signs = kernels.packSigns(values, parallel: parallel)
            }
            var sums = kernels.product(signs, panels[index], parallel: parallel)
            if let factors = layer.factors { affine(&sums, factors, Array(repeating: 0, count: factors.count)) }
            values = input.graph.adjacency.product(sums, scales: scales, parallel: parallel)
            if let shifts = layer.shifts { affine(&values, Array(repeating: 1, count: shifts.count), shifts) }
        }
        return values
    }

    /// The class of every node: the lowest index among its largest scores.
    public func classify(_ input: GraphInput) -> [Int] {
        let scores = scores(input)
        let width = scores.shape[1]
        return scores.withUnsafeElements { scores in
            (0..<input.nodeCount).map { node in
                var (best, greatest) = (0, -Float.infinity)
                for c in 0..<width where scores[node * width + c] > greatest { (best, greatest) = (c, scores[node * width + c]) }
                return best
            }
        }
    }

    /// a·x + b per column: a multiplication, rounded, and an addition.
    private func affine(_ x: inout Tensor, _ a: [Float], _ b: [Float]) {
        let (rows, channels) = (x.shape.rows, x.shape.columns)
        x.withUnsafeMutableElements { x in
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    kernels.affine(UnsafeBufferPointer(x), rows: rows, channels: channels, a: a, b: b, into: x, parallel: parallel)
                }
            }
        }
    }
}
