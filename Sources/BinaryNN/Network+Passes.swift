public import BitCore

/// What a training-mode forward pass leaves for the backward pass.
public struct Tape: Sendable {
    fileprivate(set) var caches: [LayerCache]
    /// The network's output for the batch.
    public let output: Activation

    /// Bytes that the caches hold.
    public var byteCount: Int { caches.reduce(0) { $0 + $1.byteCount } }
}

extension Network {
    /// The output for a batch, as a shipped model computes it (running statistics, snapped scores).
    public func infer(_ batch: Activation, _ parameters: ParameterStore, _ context: ExecutionContext) -> Activation {
        run(batch, parameters, mode: .inference, context).output
    }

    /// The training-mode pass: batch statistics, with what the backward pass needs.
    public func forward(_ batch: Activation, _ parameters: ParameterStore, _ context: ExecutionContext) -> Tape {
        run(batch, parameters, mode: .training, context)
    }

    /// Every value of the inference pass, the input first: for checks against packed inference.
    public func trace(_ batch: Activation, _ parameters: ParameterStore, _ context: ExecutionContext) -> [Activation] {
        var values = [batch]
        for node in nodes {
            var cache = LayerCache()
            values.append(
                node.layer.forward(node.inputs.map { values[$0.index] }, parameters, mode: .inference, context, cache: &cache))
        }
        return values
    }

    private func run(_ batch: Activation, _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext) -> Tape {
        precondition(batch.shape.item == input.shape, "a batch of items \(batch.shape.item) for a network that takes \(input.shape)")
        var values: [Activation?] = [batch]
        var caches: [LayerCache] = []
        let lastUse = lastUses
        for (index, node) in nodes.enumerated() {
            var cache = LayerCache()
            let inputs = node.inputs.map { values[$0.index]! }
            for id in node.inputs where lastUse[id.index] == index { values[id.index] = nil }
            values.append(node.layer.forward(inputs, parameters, mode: mode, context, cache: &cache))
            if mode == .training { caches.append(cache) }
        }
        return Tape(caches: caches, output: values[nodes.count]!)
    }

    /// ∂loss/∂parameters into `gradients`, given ∂loss/∂output.
    public func backward(
        _ outputGradient: Tensor, _ tape: borrowing Tape, _ parameters: ParameterStore, into gradients: inout Gradients, _ context: ExecutionContext
    ) {
        var pending: [Tensor?] = Array(repeating: nil, count: nodes.count + 1)
        pending[nodes.count] = outputGradient
        for index in nodes.indices.reversed() {
            guard let gradient = pending[index + 1] else { continue }
            pending[index + 1] = nil
            let node = nodes[index]
            let inputGradients = node.layer.backward(
                gradient, tape.caches[index], parameters, &gradients, needs: node.inputs.map { $0.index > 0 }, context)
            for (id, gradient) in zip(node.inputs, inputGradients) {
                guard let gradient, id.index > 0 else { continue }
                // A value that several layers read sums what they send back.
                if pending[id.index] == nil { pending[id.index] = gradient } else { pending[id.index]!.add(gradient, context) }
            }
        }
    }

    /// Folds the batch statistics of a training pass into the running ones.
    public func updateStatistics(_ tape: borrowing Tape, _ parameters: inout ParameterStore) {
        for (index, node) in nodes.enumerated() { node.layer.updateStatistics(tape.caches[index], &parameters) }
    }

    /// For each value, the last node that reads it (the output counts as read at the end).
    private var lastUses: [Int] {
        var uses = Array(repeating: -1, count: nodes.count + 1)
        for (index, node) in nodes.enumerated() {
            for id in node.inputs { uses[id.index] = index }
        }
        uses[nodes.count] = nodes.count
        return uses
    }
}

extension Tensor {
    mutating func add(_ other: Tensor, _ context: ExecutionContext) {
        precondition(shape == other.shape, "adding gradients of shapes \(shape) and \(other.shape)")
        withUnsafeMutableElements { target in
            other.withUnsafeElements { context.kernels.axpy(1, $0, into: target, parallel: context.parallel) }
        }
    }
}
