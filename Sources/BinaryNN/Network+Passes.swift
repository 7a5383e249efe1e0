public import BitCore

/// What a training-mode forward pass leaves for the backward pass.
public struct Tape: Sendable {
    fileprivate(set) var caches: [LayerCache]
    fileprivate let isFused: Bool
    /// The network's output for the batch.
    public let output: Activation

    /// Bytes that the caches hold.
    public var byteCount: Int { caches.reduce(0) { $0 + $1.byteCount } }

    fileprivate mutating func take(_ layer: Int) -> LayerCache {
        defer { caches[layer] = LayerCache() }
        return caches[layer]
    }
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

    /// The training-mode pass with every layer by itself: the reference of the fused one, with the same result to the bit.
    package func forwardUnfused(_ batch: Activation, _ parameters: ParameterStore, _ context: ExecutionContext) -> Tape {
        run(batch, parameters, mode: .training, fuses: false, context)
    }

    private func run(
        _ batch: Activation, _ parameters: ParameterStore, mode: PassMode, fuses: Bool = true, _ context: ExecutionContext
    ) -> Tape {
        precondition(batch.shape.item == input.shape, "a batch of items \(batch.shape.item) for a network that takes \(input.shape)")
        var values: [Activation?] = [batch]
        var caches: [LayerCache] = []
        let lastUse = lastUses
        for (index, node) in nodes.enumerated() {
            var cache = LayerCache()
            if fuses, index > 0, fusions[index - 1] {
                // Made by the node before, in its pass.
                values.append(values[index])
                values[index] = nil
            } else {
                let inputs = node.inputs.map { values[$0.index]! }
                for id in node.inputs where lastUse[id.index] == index { values[id.index] = nil }
                values.append(pass(index, inputs, parameters, mode: mode, fuses: fuses, context, &cache))
                if fuses, repetitions[index] { cache.reals = [] }
            }
            if mode == .training { caches.append(cache) }
        }
        return Tape(caches: caches, isFused: fuses, output: values[nodes.count]!)
    }

    private func pass(
        _ index: Int, _ inputs: consuming [Activation], _ parameters: ParameterStore, mode: PassMode, fuses: Bool, _ context: ExecutionContext,
        _ cache: inout LayerCache
    ) -> Activation {
        let node = nodes[index]
        let context = context.drawing(for: node.name)
        if fuses, fusions[index], let norm = node.layer as? BatchNorm {
            return .packed(
                norm.forwardSigns(
                    inputs[0].real(context), parameters, mode: mode, keepsInput: !repetitions[index], context, cache: &cache))
        }
        return node.layer.forward(inputs, parameters, mode: mode, context, cache: &cache)
    }

    /// ∂loss/∂parameters into `gradients`, given ∂loss/∂output. A tape that is given away is freed layer by layer.
    public func backward(
        _ outputGradient: consuming Tensor, _ tape: consuming Tape, _ parameters: ParameterStore, into gradients: inout Gradients, _ context: ExecutionContext
    ) {
        var pending: [Tensor?] = Array(repeating: nil, count: nodes.count + 1)
        pending[nodes.count] = consume outputGradient
        let taps = gradients.signalRequests.isEmpty ? [:] : signalTaps(gradients.signalRequests)
        var tapped: [ParameterID: Tensor] = [:]
        for index in nodes.indices.reversed() {
            // Taken out and given away, so that the layer holds the only reference and can write over it: without `consume` the reference here
            // would live as long as its name, and every layer would copy.
            guard let gradient = pending[index + 1].take() else { continue }
            let node = nodes[index]
            var cache = tape.take(index)
            if !taps.isEmpty {
                if let kernel = taps[index + 1] { tapped[kernel] = gradient }
                if let source = node.layer as? any SignalSource, let gradient = tapped.removeValue(forKey: source.signalKernel),
                    let inputs = source.signalInputs(cache)
                {
                    gradients.signals[source.signalKernel] = LayerSignals(inputs: inputs, outputGradient: gradient)
                }
            }
            if tape.isFused, repetitions[index] { cache.reals = [repeatedInput(of: index, tape.caches, parameters, context)] }
            let inputGradients: [Tensor?]
            if tape.isFused, index > 0, fusions[index - 1] {
                // The norm before it applies the surrogate.
                inputGradients = [consume gradient]
            } else if tape.isFused, fusions[index], let norm = node.layer as? BatchNorm, let sign = nodes[index + 1].layer as? Sign,
                let surrogate = sign.surrogate.fused
            {
                inputGradients = [norm.backward(consume gradient, through: surrogate, cache, parameters, &gradients, context)]
            } else {
                inputGradients = node.layer.backward(
                    consume gradient, cache, parameters, &gradients, needs: node.inputs.map { isTrained[$0.index] }, context)
            }
            for (id, gradient) in zip(node.inputs, inputGradients) {
                guard let gradient, isTrained[id.index] else { continue }
                // A value that several layers read sums what they send back.
                if pending[id.index] == nil { pending[id.index] = gradient } else { pending[id.index]!.add(gradient, context) }
            }
        }
    }

    /// Folds the batch statistics of a training pass into the running ones.
    public func updateStatistics(_ tape: borrowing Tape, _ parameters: inout ParameterStore) {
        for (index, node) in nodes.enumerated() { node.layer.updateStatistics(tape.caches[index], &parameters) }
    }

    /// For each value, whether a trained parameter has a part in it, so that its gradient is of use.
    static func trained(_ nodes: [Node], _ specs: [ParameterSpec]) -> [Bool] {
        let owners = Set(specs.filter { $0.role != .statistic }.map { $0.name.prefix { $0 != "." } })
        var isTrained = [false]
        for node in nodes {
            isTrained.append(owners.contains(node.name.prefix { $0 != "." }) || node.inputs.contains { isTrained[$0.index] })
        }
        return isTrained
    }

    /// A batch norm whose only reader is the sign right behind it is computed with that sign in one pass, if the surrogate allows it.
    static func fusions(_ nodes: [Node]) -> [Bool] {
        nodes.indices.map { index in
            guard nodes[index].layer is BatchNorm, index + 1 < nodes.count, let sign = nodes[index + 1].layer as? Sign,
                sign.surrogate.fused != nil
            else { return false }
            let readers = nodes.indices.filter { nodes[$0].inputs.contains { $0.index == index + 1 } }
            return readers == [index + 1]
        }
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
    /// Adds in place where nobody else reads this tensor.
    mutating func add(_ other: Tensor, _ context: ExecutionContext) {
        precondition(shape == other.shape, "adding tensors of shapes \(shape) and \(other.shape)")
        guard isUnique() else {
            self = sum(with: other, context)
            return
        }
        withUnsafeMutableElements { target in
            other.withUnsafeElements { context.kernels.axpy(1, $0, into: target, parallel: context.parallel) }
        }
    }

    func sum(with other: Tensor, _ context: ExecutionContext) -> Tensor {
        precondition(shape == other.shape, "adding tensors of shapes \(shape) and \(other.shape)")
        var sum = Tensor(uninitialized: shape)
        sum.withUnsafeMutableElements { sum in
            withUnsafeElements { x in
                other.withUnsafeElements { y in context.kernels.add(x, y, into: sum, parallel: context.parallel) }
            }
        }
        return sum
    }
}
