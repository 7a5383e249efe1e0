internal import BitCore

/// Nodes of a real stream that run as one step: a convolution and what follows it.
struct StreamFusion {
    /// The convolution's node first.
    let nodes: [Int]
    /// The step runs where this node stands: everything it reads is there.
    let place: Int
    let step: InferenceSession.Step
}

extension InferenceSession {
    /// Convolutions with the affine functions right behind them; binary ones with an addition to the stream and its sign, too.
    static func streams(_ model: InferenceModel) -> [StreamFusion] {
        var readers = [[Int]](repeating: [], count: model.nodes.count + 1)
        for (index, node) in model.nodes.enumerated() { for id in node.inputs { readers[id].append(index) } }
        return model.nodes.indices.compactMap { stream(model, from: $0, readers) }
    }

    private static func stream(_ model: InferenceModel, from first: Int, _ readers: [[Int]]) -> StreamFusion? {
        let geometry: ConvolutionGeometry
        switch model.nodes[first].operation {
        case .binaryConvolution(_, let value), .realConvolution(_, let value): geometry = value
        default: return nil
        }
        var nodes = [first]
        // The only reader of the last result, where it has one.
        func next() -> Int? {
            let all = readers[nodes[nodes.count - 1] + 1]
            return all.count == 1 ? all[0] : nil
        }
        var chain = AffineChain(channels: geometry.outputs)
        while chain.steps.count < AffineChain.mostSteps, let reader = next(), case .affine(let scale, let bias) = model.nodes[reader].operation {
            chain.append(scale: scale, bias: bias)
            nodes.append(reader)
        }
        guard nodes.count > 1 else { return nil }
        if case .realConvolution(let kernel, _) = model.nodes[first].operation {
            let executor = RealConvolutionExecutor(kernel: RealConvolution(kernel, geometry), chain: chain)
            let last = nodes[nodes.count - 1]
            return StreamFusion(
                nodes: nodes, place: last, step: Step(nodes: nodes, executor: executor, inputs: model.nodes[first].inputs, outputs: [last + 1]))
        }
        guard case .binaryConvolution(let kernel, _) = model.nodes[first].operation else { return nil }
        var inputs = model.nodes[first].inputs
        if let reader = next(), case .add = model.nodes[reader].operation, model.nodes[reader].inputs.count == 2 {
            // Addition commutes, so it does not matter on which side the stream stands.
            inputs.append(model.nodes[reader].inputs[model.nodes[reader].inputs[0] == nodes[nodes.count - 1] + 1 ? 1 : 0])
            nodes.append(reader)
        }
        let place = nodes[nodes.count - 1]
        let sign = readers[place + 1].first { reader in
            guard case .realThreshold(let thresholds) = model.nodes[reader].operation else { return false }
            return thresholds.allSatisfy { $0 == 0 }
        }
        let keepsReals = sign == nil || readers[place + 1].count > 1
        if let sign { nodes.append(sign) }
        let executor = StreamConvolutionExecutor(
            kernel: BinaryConvolution(kernel.repacked(to: geometry.kernel), geometry), chain: chain, hasShortcut: inputs.count > 1,
            keepsReals: keepsReals, keepsSigns: sign != nil)
        let outputs = (keepsReals ? [place + 1] : []) + (sign.map { [$0 + 1] } ?? [])
        return StreamFusion(nodes: nodes, place: place, step: Step(nodes: nodes, executor: executor, inputs: inputs, outputs: outputs))
    }
}
