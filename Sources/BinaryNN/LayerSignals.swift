public import BitCore

/// What an update rule can ask for besides the gradient of a kernel: the inputs of its layer in the batch, and the gradient at its outputs.
public struct LayerSignals: Sendable {
    /// [batch × inputs], signs.
    public let inputs: PackedTensor
    /// [batch × outputs].
    public let outputGradient: Tensor

    public init(inputs: PackedTensor, outputGradient: Tensor) {
        self.inputs = inputs
        self.outputGradient = outputGradient
    }
}

/// Where the gradient at a layer's outputs is taken.
public enum SignalSite: String, Sendable, Hashable, Codable, CaseIterable {
    /// At the sums of the layer.
    case sums
    /// At the signs that follow, behind a normalisation or not; at the sums where none follow. The surrogate of the sign, which is 0 at large sums, is
    /// not applied.
    case signs
}

/// A layer of products that can give signals: its kernel, whose rows are outputs, and its inputs as they lie in the cache.
public protocol SignalSource: Layer {
    var signalKernel: ParameterID { get }

    /// The inputs of the pass that left `cache`, if they were signs.
    func signalInputs(_ cache: LayerCache) -> PackedTensor?
}

extension Dense: SignalSource {
    public var signalKernel: ParameterID { kernel }
    public func signalInputs(_ cache: LayerCache) -> PackedTensor? { cache.packed.first }
}

extension Network {
    /// The kernels for which signals can be had: those of layers that give them, and take signs.
    public var signalParameters: Set<ParameterID> {
        var result: Set<ParameterID> = []
        for node in nodes {
            guard let source = node.layer as? any SignalSource, signal(node.inputs[0]).width == .sign else { continue }
            result.insert(source.signalKernel)
        }
        return result
    }

    /// The values at whose gradients signals are taken, by their place.
    func signalTaps(_ requests: [ParameterID: SignalSite]) -> [Int: ParameterID] {
        var taps: [Int: ParameterID] = [:]
        for (index, node) in nodes.enumerated() {
            guard let source = node.layer as? any SignalSource, let site = requests[source.signalKernel] else { continue }
            taps[site == .sums ? index + 1 : signs(after: index + 1) ?? index + 1] = source.signalKernel
        }
        return taps
    }

    /// The place of the signs of a value, if the only layers behind it are a normalisation, or none, and a sign.
    private func signs(after place: Int) -> Int? {
        var place = place
        while true {
            let readers = nodes.indices.filter { nodes[$0].inputs.contains { $0.index == place } }
            guard readers.count == 1 else { return nil }
            let layer = nodes[readers[0]].layer
            place = readers[0] + 1
            if layer is Sign { return place }
            guard layer is BatchNorm || layer is LayerNorm else { return nil }
        }
    }
}

extension Gradients {
    /// Signals of these kernels are kept in every backward pass from now on. Nothing is kept, and nothing is looked for, without requests.
    /// - Precondition: the network can give them (`Network.signalParameters`).
    public mutating func request(_ requests: [ParameterID: SignalSite]) {
        signalRequests = requests
        signals = [:]
    }

    /// What the last backward pass kept for a kernel.
    public func signals(of id: ParameterID) -> LayerSignals? { signals[id] }

    /// Signals keep activations of a batch alive; they can be let go once rules have read them.
    public mutating func dropSignals() { signals.removeAll() }
}
