internal import BinaryNN
internal import BitCore

/// Where a training step first met a number that is not finite.
public enum Divergence: Sendable, Hashable, CustomStringConvertible {
    /// The output of a layer, in the forward pass.
    case output(layer: String)
    /// The loss, of scores that are finite.
    case loss
    /// The gradient of a parameter, in the backward pass. Of several it is the one nearest to the loss, where the trouble began.
    case gradient(parameter: String)
    /// A parameter or what its rule remembers of it, after a step from a finite gradient.
    case update(parameter: String, rule: String)

    public var description: String {
        switch self {
        case .output(let layer): "the output of layer \(layer)"
        case .loss: "the loss"
        case .gradient(let parameter): "the gradient of \(parameter)"
        case .update(let parameter, let rule): "\(parameter) or what \(rule) remembers of it"
        }
    }
}

extension Divergence {
    /// The layer whose output is not finite when the batch is passed through again, else the loss. Runs only when training is over.
    static func forward(_ network: Network, _ batch: Activation, _ parameters: ParameterStore, _ context: ExecutionContext) -> Divergence {
        var values = [batch]
        for node in network.nodes {
            var cache = LayerCache()
            let output = node.layer.forward(node.inputs.map { values[$0.index] }, parameters, mode: .training, context, cache: &cache)
            if case .real(let tensor) = output, !tensor.withUnsafeElements({ context.kernels.isFinite($0, parallel: context.parallel) }) {
                return .output(layer: node.name)
            }
            values.append(output)
        }
        return .loss
    }

    /// The last parameter whose gradient is not finite: the backward pass met it first. Nil when all are finite.
    static func backward(_ gradients: Gradients, _ context: ExecutionContext) -> Divergence? {
        for (index, spec) in gradients.specs.enumerated().reversed() where spec.role != .statistic {
            let isFinite = gradients.with(ParameterID(index: index)) { context.kernels.isFinite($0, parallel: context.parallel) }
            if !isFinite { return .gradient(parameter: spec.name) }
        }
        return nil
    }
}
