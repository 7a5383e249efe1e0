public import BitCore

/// Runs a model on bits and integers. Made once, with weights laid out for the kernels; used for any number of calls, from any thread.
/// Results depend neither on the instruction set nor on the number of threads.
public struct InferenceSession: Sendable {
    public let model: InferenceModel
    let kernels: Kernels
    let parallel: Parallel
    private let steps: [Step]
    private let blockRows: Int
    private let grain: Int

    public init(_ model: InferenceModel, kernels: Kernels = .active, parallel: Parallel = .serial) {
        self.model = model
        self.kernels = kernels
        self.parallel = parallel
        steps = Self.plan(model, fusing: true)
        blockRows = Self.blockRows(model, steps)
        grain = Self.grain(model)
    }

    /// Integer scores, row-major [count × classes], of items one after the other, each `model.inputCount` bytes, row-major.
    /// - Precondition: `count × model.inputCount` bytes.
    public func scores(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) -> [Int32] {
        let (width, classes) = (model.inputCount, model.classes)
        precondition(bytes.count == count * width, "\(bytes.count) bytes for \(count) items of \(width)")
        return [Int32](count: count * classes) { out in
            nonisolated(unsafe) let (bytes, out) = (bytes, out)
            // Items first: they need nothing of each other. Where there are too few, the threads share each layer.
            let pieces = Swift.min(parallel.threads, Swift.max((count + grain - 1) / grain, 1))
            let inner = pieces == 1 ? parallel : .serial
            parallel.forEach(count, grain: grain) { range in
                for start in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
                    let rows = Swift.min(blockRows, range.upperBound - start)
                    let block = UnsafeBufferPointer(rebasing: bytes[start * width..<(start + rows) * width])
                    let scores = run(block, rows: rows, on: ExecutorEngine(kernels: kernels, parallel: inner))
                    _ = UnsafeMutableBufferPointer(rebasing: out[start * classes..<(start + rows) * classes]).update(fromContentsOf: scores)
                }
            }
        }
    }

    public func scores(_ bytes: [UInt8], count: Int) -> [Int32] {
        bytes.withUnsafeBufferPointer { scores($0, count: count) }
    }

    /// The scores as the numbers they stand for: s · 2^exponent.
    public func realScores(_ bytes: [UInt8], count: Int) -> [Double] {
        let unit = Double(sign: .plus, exponent: model.scoreExponent, significand: 1)
        return scores(bytes, count: count).map { Double($0) * unit }
    }

    /// Classes: the index of the highest score, the lowest index where scores tie.
    public func classify(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) -> [Int] {
        InferenceModel.highest(scores(bytes, count: count), classes: model.classes)
    }

    public func classify(_ bytes: [UInt8], count: Int) -> [Int] {
        bytes.withUnsafeBufferPointer { classify($0, count: count) }
    }

    /// Every value for one item, as the fast kernels compute it: the input, then the result of each node, sums before thresholds included.
    /// For comparing layer by layer with other implementations, in hardware for example.
    public func trace(_ item: [UInt8]) -> [ReferenceValue] {
        precondition(item.count == model.inputCount, "an item of \(item.count) bytes for an input of \(model.input.shape)")
        return item.withUnsafeBufferPointer { item in
            var values = [BlockValue.bytes(item)]
            let engine = ExecutorEngine(kernels: kernels, parallel: parallel)
            for step in Self.plan(model, fusing: false) {
                values.append(step.executor.run(step.inputs.map { values[$0] }, rows: 1, on: engine))
            }
            return values.map(\.plain)
        }
    }

    /// The scores of one block.
    private func run(_ block: UnsafeBufferPointer<UInt8>, rows: Int, on engine: ExecutorEngine) -> [Int32] {
        var values = [BlockValue?](repeating: nil, count: model.nodes.count + 1)
        values[0] = .bytes(block)
        for step in steps {
            let inputs = step.inputs.map { values[$0]! }
            for id in step.lastReads { values[id] = nil }
            values[step.output] = step.executor.run(inputs, rows: rows, on: engine)
        }
        return values[model.nodes.count]!.integers
    }
}

extension BlockValue {
    /// The elements of a block of one row.
    fileprivate var plain: ReferenceValue {
        switch self {
        case .bytes(let values): .bytes(Array(values))
        case .bits(let signs):
            .bits((0..<signs.shape.count).map { signs[$0 / signs.shape.columns, $0 % signs.shape.columns] })
        case .integers(let values): .integers(values.map(Int.init))
        }
    }
}
