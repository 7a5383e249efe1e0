internal import BitCore

extension InferenceSession {
    /// One executor and the values it reads and makes.
    struct Step: Sendable {
        /// The nodes that it runs.
        let nodes: [Int]
        let executor: any Executor
        let inputs: [Int]
        let outputs: [Int]
        /// Inputs that no later step reads: their storage is given back.
        var lastReads: [Int] = []
    }

    /// The steps of a model. With `fusing`, a threshold right behind a product takes it in, and the sums of a block are never stored; so do
    /// the norm, the shortcut and the sign behind a convolution of a real stream.
    static func plan(_ model: InferenceModel, fusing: Bool) -> [Step] {
        var readers = [Int](repeating: 0, count: model.nodes.count + 1)
        for node in model.nodes { for id in node.inputs { readers[id] += 1 } }
        var steps: [Step] = []
        let streams = fusing ? streams(model) : []
        let placed = Dictionary(uniqueKeysWithValues: streams.map { ($0.place, $0.step) })
        let taken = Set(streams.flatMap(\.nodes))
        for (index, node) in model.nodes.enumerated() {
            if let step = placed[index] { steps.append(step) }
            if taken.contains(index) { continue }
            if fusing, readers[node.inputs[0]] == 1, node.inputs[0] > 0, let executor = fused(model.nodes[node.inputs[0] - 1].operation, node.operation),
                let producer = steps.lastIndex(where: { $0.outputs == [node.inputs[0]] })
            {
                steps[producer] = Step(
                    nodes: steps[producer].nodes + [index], executor: executor, inputs: steps[producer].inputs, outputs: [index + 1])
            } else {
                let executor = node.operation.rules.executor(node.inputs.map { model.types[$0] })
                steps.append(Step(nodes: [index], executor: executor, inputs: node.inputs, outputs: [index + 1]))
            }
        }
        var seen: Set<Int> = []
        for index in steps.indices.reversed() {
            steps[index].lastReads = Set(steps[index].inputs).filter { seen.insert($0).inserted }.sorted()
        }
        return steps
    }

    /// A product that gives bits at once, where there is one.
    private static func fused(_ producer: InferenceModel.Operation, _ reader: InferenceModel.Operation) -> (any Executor)? {
        switch (producer, reader) {
        case (.binaryDense(let kernel), .threshold(let thresholds)):
            BinaryDenseThresholdExecutor(panels: BinaryPanels(kernel), thresholds: thresholds)
        case (.binaryConvolution(let kernel, let geometry), .threshold(let thresholds)),
            (.binaryConvolution(let kernel, let geometry), .multiThreshold(let thresholds)):
            BinaryConvolutionThresholdExecutor(kernel: BinaryConvolution(kernel.repacked(to: geometry.kernel), geometry), thresholds: thresholds)
        case (.byteConvolution(let kernel, let geometry, let outside), .threshold(let thresholds)):
            ByteConvolutionThresholdExecutor(
                convolution: ByteConvolutionExecutor(ByteConvolutionRules(kernel: kernel, geometry: geometry, outside: outside)),
                thresholds: thresholds)
        default: nil
        }
    }

    /// Items that go through the layers together: as many as keep the widest stored value in a core's cache.
    static func blockRows(_ model: InferenceModel, _ steps: [Step]) -> Int {
        let stored = steps.flatMap { $0.outputs.map { model.types[$0] } } + [model.types[0]]
        let widest = stored.map { $0.shape.count * $0.elementBits / 8 + 1 }.max() ?? 1
        let rows = 131_072 / widest
        // Dense products are made for eight rows; an image is many rows by itself.
        let isImages = model.nodes.contains { if case .binaryConvolution = $0.operation { true } else { false } }
        return Swift.min(isImages ? Swift.max(rows, 1) : Swift.max(rows / 8 * 8, 8), 1024)
    }

    /// Items below which starting another thread costs more than it saves: about a million weight products.
    static func grain(_ model: InferenceModel) -> Int {
        let products = model.layerFacts.reduce(1) { $0 + $1.products }
        return products > 4_000_000 ? 1 : Swift.max((1_000_000 / products + 3) / 4 * 4, 4)
    }
}
