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
    /// Convolutions with the affine functions right behind them, an addition to the stream and its sign.
    static func streams(_ model: InferenceModel) -> [StreamFusion] {
        var readers = [[Int]](repeating: [], count: model.nodes.count + 1)
        for (index, node) in model.nodes.enumerated() { for id in node.inputs { readers[id].append(index) } }
        var taken: Set<Int> = []
        return model.nodes.indices.compactMap { first in
            let fusion = stream(model, from: first, readers, taken)
            taken.formUnion(fusion?.nodes ?? [])
            return fusion
        }
    }

    private static func stream(_ model: InferenceModel, from first: Int, _ readers: [[Int]], _ taken: Set<Int>) -> StreamFusion? {
        let kernel: StreamConvolutionExecutor.Kernel
        let geometry: ConvolutionGeometry
        switch model.nodes[first].operation {
        case .binaryConvolution(let weights, let value):
            (kernel, geometry) = (.binary(BinaryConvolution(weights.repacked(to: value.kernel), value)), value)
        case .realConvolution(let weights, let value): (kernel, geometry) = (.real(RealConvolution(weights, value)), value)
        default: return nil
        }
        var nodes = [first]
        // The only reader of the last result, where it has one.
        func next() -> Int? {
            let all = readers[nodes[nodes.count - 1] + 1]
            return all.count == 1 && !taken.contains(all[0]) ? all[0] : nil
        }
        var chain = AffineChain(channels: geometry.outputs)
        while chain.steps.count < AffineChain.mostSteps, let reader = next(), case .affine(let scale, let bias) = model.nodes[reader].operation {
            chain.append(scale: scale, bias: bias)
            nodes.append(reader)
        }
        guard nodes.count > 1 else { return nil }
        var inputs = model.nodes[first].inputs
        var scaled: (scale: [Float], bias: [Float])?
        var place = nodes[nodes.count - 1]
        if let reader = next(), case .add = model.nodes[reader].operation, model.nodes[reader].inputs.count == 2 {
            // Addition commutes, so it does not matter on which side the stream stands.
            var shortcut = model.nodes[reader].inputs[model.nodes[reader].inputs[0] == place + 1 ? 1 : 0]
            // An affine function of reals that nothing else reads goes in, too.
            if shortcut > 0, readers[shortcut] == [reader], !taken.contains(shortcut - 1),
                case .affine(let scale, let bias) = model.nodes[shortcut - 1].operation,
                model.types[model.nodes[shortcut - 1].inputs[0]].kind == .reals
            {
                scaled = (scale, bias)
                nodes.append(shortcut - 1)
                shortcut = model.nodes[shortcut - 1].inputs[0]
            }
            inputs.append(shortcut)
            nodes.append(reader)
            place = reader
        }
        let sign = readers[place + 1].first { reader in
            guard case .realThreshold(let thresholds) = model.nodes[reader].operation else { return false }
            return thresholds.allSatisfy { $0 == 0 }
        }
        let keepsReals = sign == nil || readers[place + 1].count > 1
        if let sign { nodes.append(sign) }
        let executor = StreamConvolutionExecutor(
            kernel: kernel, output: geometry.output, finish: StreamFinish(chain, shortcut: scaled), hasShortcut: inputs.count > 1,
            keepsReals: keepsReals, keepsSigns: sign != nil)
        let outputs = (keepsReals ? [place + 1] : []) + (sign.map { [$0 + 1] } ?? [])
        return StreamFusion(nodes: nodes, place: place, step: Step(nodes: nodes, executor: executor, inputs: inputs, outputs: outputs))
    }
}
