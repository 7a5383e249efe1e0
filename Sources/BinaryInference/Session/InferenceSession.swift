public import BitCore

/// Runs a model on bits and integers, and on reals where it has some. Made once, with weights laid out for the kernels; used for any number of calls, from any thread.
/// Results depend neither on the instruction set nor on the number of threads.
public struct InferenceSession: Sendable {
    public let model: InferenceModel
    let kernels: Kernels
    let parallel: Parallel
    let steps: [Step]
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
    /// - Precondition: `count × model.inputCount` bytes, and the model's scores are integers (`hasRealScores` is false).
    public func scores(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) -> [Int32] {
        precondition(!model.hasRealScores, "the scores of \(model.name) are real numbers; ask for realScores")
        return [Int32](count: count * model.classes) { out in
            nonisolated(unsafe) let out = out
            forEachBlock(bytes, count: count) { start, value in
                _ = UnsafeMutableBufferPointer(rebasing: out[(start * model.classes)...]).update(fromContentsOf: value.integers)
            }
        }
    }

    /// Real scores.
    private func floatScores(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count * model.classes) { buffer, filled in
            nonisolated(unsafe) let buffer = buffer
            forEachBlock(bytes, count: count) { start, value in
                value.reals.withUnsafeElements { scores in
                    if let first = scores.baseAddress {
                        (buffer.baseAddress! + start * model.classes).initialize(from: first, count: scores.count)
                    }
                }
            }
            filled = count * model.classes
        }
    }

    /// Runs block after block of items, and hands out the first item and the scores of each.
    private func forEachBlock(_ bytes: UnsafeBufferPointer<UInt8>, count: Int, _ body: (Int, BlockValue) -> Void) {
        let width = model.inputCount
        precondition(bytes.count == count * width, "\(bytes.count) bytes for \(count) items of \(width)")
        nonisolated(unsafe) let (bytes, body) = (bytes, body)
        // Items first: they need nothing of each other. Where there are too few, the threads share each layer.
        let pieces = Swift.min(parallel.threads, Swift.max((count + grain - 1) / grain, 1))
        let inner = pieces == 1 ? parallel : .serial
        parallel.forEach(count, grain: grain) { range in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
                let rows = Swift.min(blockRows, range.upperBound - start)
                let block = UnsafeBufferPointer(rebasing: bytes[start * width..<(start + rows) * width])
                body(start, run(block, rows: rows, on: ExecutorEngine(kernels: kernels, parallel: inner)))
            }
        }
    }

    public func scores(_ bytes: [UInt8], count: Int) -> [Int32] {
        bytes.withUnsafeBufferPointer { scores($0, count: count) }
    }

    /// The scores as the numbers they stand for, of any model: integers s as s · 2^exponent, Float32 as they are.
    public func realScores(_ bytes: [UInt8], count: Int) -> [Double] {
        if model.hasRealScores { return bytes.withUnsafeBufferPointer { floatScores($0, count: count).map { Double($0) } } }
        let unit = Double(sign: .plus, exponent: model.scoreExponent, significand: 1)
        return scores(bytes, count: count).map { Double($0) * unit }
    }

    /// Classes: the index of the highest score, the lowest index where scores tie.
    public func classify(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) -> [Int] {
        model.hasRealScores
            ? InferenceModel.highest(floatScores(bytes, count: count), classes: model.classes)
            : InferenceModel.highest(scores(bytes, count: count), classes: model.classes)
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
    private func run(_ block: UnsafeBufferPointer<UInt8>, rows: Int, on engine: ExecutorEngine) -> BlockValue {
        var values = [BlockValue?](repeating: nil, count: model.nodes.count + 1)
        values[0] = .bytes(block)
        for step in steps {
            let inputs = step.inputs.map { values[$0]! }
            for id in step.lastReads { values[id] = nil }
            for (id, value) in zip(step.outputs, step.executor.results(inputs, rows: rows, on: engine)) { values[id] = value }
        }
        return values[model.nodes.count]!
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
        case .reals(let values): .reals(values.elements)
        }
    }
}
