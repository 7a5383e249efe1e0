public import BitCore
internal import DenseMath

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
        // What a pass has made besides its own value.
        var made: [Int: Activation] = [:]
        var caches = [LayerCache](repeating: LayerCache(), count: nodes.count)
        let lastUse = lastUses
        for (index, node) in nodes.enumerated() {
            func inputs() -> [Activation] {
                let inputs = node.inputs.map { values[$0.index]! }
                for id in node.inputs where lastUse[id.index] == index { values[id.index] = nil }
                return inputs
            }
            let context = context.drawing(for: node.name)
            let step = !fuses ? .layer : mode == .training ? fusion.training[index] : fusion.inference[index]
            switch step {
            case .layer:
                values.append(node.layer.forward(inputs(), parameters, mode: mode, context, cache: &caches[index]))
            case .sums:
                guard case .packed(let signs) = inputs()[0] else { preconditionFailure("\(node.name) reads signs that do not come as bits") }
                convolution(index).keep(signs, parameters, context, &caches[index])
                values.append(nil)
            case .norm(let sums, let signs):
                let norm = norm(index)
                let x: NormInput =
                    if let sums { .sums(makeSums(sums, for: index, &caches, parameters, context)) } else { .reals(inputs()[0].real(context)) }
                if let signs {
                    made[signs] = .packed(norm.forwardSigns(x, parameters, mode: mode, context, cache: &caches[index]))
                    values.append(nil)
                } else {
                    values.append(norm.forward(x, parameters, mode: mode, context, cache: &caches[index]))
                }
            case .joinedNorm:
                values.append(nil)
            case .join(let normed, let sums, let shortcut, let sign):
                var total = values[shortcut.index]!.real(context)
                if lastUse[shortcut.index] == index { values[shortcut.index] = nil }
                let slopes = sign.map { _ in ApproxSignSlopes(count: total.count, isWide: context.precision == .float32) }
                let x = makeSums(sums, for: normed, &caches, parameters, context)
                let signs = norm(normed).join(
                    x, to: &total, wantsSigns: sign != nil, slopes: slopes, parameters, context, cache: &caches[normed])
                values.append(.real(total))
                if let sign, let signs {
                    made[sign] = .packed(signs)
                    caches[sign].slopes = slopes
                }
            case .signOfNorm, .signOfJoin:
                for id in node.inputs where lastUse[id.index] == index { values[id.index] = nil }
                values.append(made.removeValue(forKey: index)!)
            }
        }
        return Tape(caches: mode == .training ? caches : [], isFused: fuses, output: values[nodes.count]!)
    }

    private func norm(_ index: Int) -> BatchNorm { nodes[index].layer as! BatchNorm }

    private func convolution(_ index: Int) -> Conv2D { nodes[index].layer as! Conv2D }

    /// The sums of a convolution, for the norm that reads them: kept for its backward pass, or made again then.
    private func makeSums(
        _ index: Int, for norm: Int, _ caches: inout [LayerCache], _ parameters: ParameterStore, _ context: ExecutionContext
    ) -> ScaledSums {
        let layer = convolution(index)
        let sums = layer.sums(caches[index], parameters, context)
        if layer.keepsSums { (caches[norm].shorts, caches[norm].factors) = ([sums.counts], sums.factors) }
        return sums
    }

    /// What a norm's forward pass read.
    private func normInput(
        _ index: Int, _ cache: LayerCache, sums: Int?, _ caches: [LayerCache], _ parameters: ParameterStore, _ context: ExecutionContext
    ) -> NormInput {
        guard let sums, cache.shorts.isEmpty else { return norm(index).keptInput(cache) }
        return .sums(convolution(sums).sums(caches[sums], parameters, context))
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
            let cache = tape.take(index)
            if !taps.isEmpty {
                if let kernel = taps[index + 1] { tapped[kernel] = gradient }
                if let source = node.layer as? any SignalSource, let gradient = tapped.removeValue(forKey: source.signalKernel),
                    let inputs = source.signalInputs(cache)
                {
                    gradients.signals[source.signalKernel] = LayerSignals(inputs: inputs, outputGradient: gradient)
                }
            }
            let inputGradients: [Tensor?]
            switch tape.isFused ? fusion.training[index] : .layer {
            case .signOfNorm:
                // The norm before it applies the surrogate.
                inputGradients = [consume gradient]
            case .norm(let sums, let signs):
                let surrogate = signs.flatMap { (nodes[$0].layer as? Sign)?.surrogate.fused } ?? .none
                let x = normInput(index, cache, sums: sums, tape.caches, parameters, context)
                inputGradients = [norm(index).backward(consume gradient, at: x, through: surrogate, cache, parameters, &gradients, context)]
            case .joinedNorm(let sums):
                let x = normInput(index, cache, sums: sums, tape.caches, parameters, context)
                inputGradients = [norm(index).backward(consume gradient, at: x, through: .none, cache, parameters, &gradients, context)]
            case .sums(let sign?) where tape.caches[sign].slopes != nil && pending[nodes[sign].inputs[0].index]?.isUnique() == true:
                // Slopes, and a gradient to add to: both are done here.
                convolution(index).backward(
                    gradient, throughSlopes: tape.take(sign).slopes!, to: &pending[nodes[sign].inputs[0].index]!, cache, parameters, &gradients, context)
                continue
            case .layer, .sums, .join, .signOfJoin:
                if let sign = node.layer as? Sign, pending[node.inputs[0].index]?.isUnique() == true,
                    sign.addGradient(gradient, cache, to: &pending[node.inputs[0].index]!, context)
                {
                    continue
                }
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
