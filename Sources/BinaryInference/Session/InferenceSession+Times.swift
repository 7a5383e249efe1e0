public import BitCore

extension InferenceSession {
    /// What one step of a pass took: a layer, or some that run as one.
    public struct StepTime: Sendable, Hashable {
        /// Names of the nodes, in order.
        public let names: [String]
        /// Their operations.
        public let operations: [String]
        /// Shape of an item of the last result.
        public let outputShape: Shape
        /// Products of a weight and an input, for one item.
        public let products: Int
        /// One for each round.
        public let seconds: [Double]
    }

    /// Runs one item `rounds` times and times every step.
    /// - Parameter clock: seconds since some moment.
    public func stepTimes(_ item: [UInt8], rounds: Int, clock: () -> Double) -> [StepTime] {
        precondition(item.count == model.inputCount, "an item of \(item.count) bytes for an input of \(model.input.shape)")
        var times = [[Double]](repeating: [], count: steps.count)
        let engine = ExecutorEngine(kernels: kernels, parallel: parallel)
        item.withUnsafeBufferPointer { item in
            for _ in 0..<rounds {
                var values = [BlockValue?](repeating: nil, count: model.nodes.count + 1)
                values[0] = .bytes(item)
                for (index, step) in steps.enumerated() {
                    let inputs = step.inputs.map { values[$0]! }
                    for id in step.lastReads { values[id] = nil }
                    let start = clock()
                    let results = step.executor.results(inputs, rows: 1, on: engine)
                    times[index].append(clock() - start)
                    for (id, value) in zip(step.outputs, results) { values[id] = value }
                }
            }
        }
        let facts = model.layerFacts
        return zip(steps, times).map { step, seconds in
            let last = step.outputs[step.outputs.count - 1]
            return StepTime(
                names: step.nodes.map { model.nodes[$0].name }, operations: step.nodes.map { model.nodes[$0].operation.identifier },
                outputShape: model.types[last].shape, products: step.nodes.reduce(0) { $0 + facts[$1].products }, seconds: seconds)
        }
    }
}
