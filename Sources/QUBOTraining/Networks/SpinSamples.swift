/// What a network is trained on: input values and targets of ±1. Samples with the same input are merged into one row, which counts how often each
/// output is wanted +1 and −1; rows that are wanted both ways put a floor under the error.
public struct SpinSamples: Hashable, Sendable {
    public let inputs: Int
    public let outputs: Int
    /// Distinct rows of `inputs` values in −127…127, in the order in which they first came.
    public let values: [Int8]
    /// Samples that a row stands for.
    public let weights: [Int]
    /// Of these, how many want output o at +1: [row × outputs]. The others want −1.
    public let positives: [Int]
    /// Row of each sample as given.
    public let rowOfSample: [Int]

    /// - Parameters:
    ///   - values: rows of `inputs` values, mostly ±1; −128 is not allowed.
    ///   - targets: rows of `outputs` values, true for +1.
    /// - Throws: `SampleError` when counts do not fit or a value is out of range.
    public init(inputs: Int, outputs: Int, values: [Int8], targets: [Bool]) throws(SampleError) {
        guard inputs >= 0, outputs > 0 else { throw .shape(inputs: inputs, outputs: outputs) }
        let count = targets.count / outputs
        guard targets.count == count * outputs, values.count == count * inputs else {
            throw .counts(values: values.count, inputs: inputs, targets: targets.count, outputs: outputs)
        }
        guard count > 0 else { throw .none }
        if let bad = values.firstIndex(of: Int8.min) { throw .value(Int(Int8.min), sample: bad / max(inputs, 1)) }
        var rows: [ArraySlice<Int8>: Int] = [:]
        var (kept, weights, positives, rowOfSample): ([Int8], [Int], [Int], [Int]) = ([], [], [], [])
        for sample in 0..<count {
            let row = values[sample * inputs..<(sample + 1) * inputs]
            let index = rows[row] ?? weights.count
            if index == weights.count {
                rows[row] = index
                kept += row
                weights.append(0)
                positives += Array(repeating: 0, count: outputs)
            }
            weights[index] += 1
            rowOfSample.append(index)
            for output in 0..<outputs where targets[sample * outputs + output] { positives[index * outputs + output] += 1 }
        }
        self.inputs = inputs
        self.outputs = outputs
        self.values = kept
        self.weights = weights
        self.positives = positives
        self.rowOfSample = rowOfSample
    }

    /// Classes: with one output class 1 is +1 and class 0 is −1; with several, output c is +1 for class c alone.
    /// - Throws: `SampleError.label` when a label is not below the number of classes.
    public init(inputs: Int, outputs: Int, values: [Int8], labels: [Int]) throws(SampleError) {
        var targets: [Bool] = []
        targets.reserveCapacity(labels.count * outputs)
        for (sample, label) in labels.enumerated() {
            guard label >= 0, label < max(outputs, 2) else { throw .label(label, sample: sample, classes: max(outputs, 2)) }
            targets += (0..<outputs).map { outputs == 1 ? label == 1 : label == $0 }
        }
        try self.init(inputs: inputs, outputs: outputs, values: values, targets: targets)
    }

    /// Distinct inputs.
    public var rows: Int { weights.count }
    /// Samples, merged or not.
    public var count: Int { rowOfSample.count }

    public func row(_ row: Int) -> ArraySlice<Int8> { values[row * inputs..<(row + 1) * inputs] }

    /// Samples of a row for which an output of this sign is wrong.
    public func errors(_ row: Int, output: Int, isPositive: Bool) -> Int {
        let positive = positives[row * outputs + output]
        return isPositive ? weights[row] - positive : positive
    }

    /// Wrong output values that no network avoids, because samples of equal input want different things.
    public var errorFloor: Int {
        (0..<rows * outputs).reduce(0) { $0 + min(positives[$1], weights[$1 / outputs] - positives[$1]) }
    }

    /// Whether every value of every input is ±1.
    var isBinary: Bool { values.allSatisfy { $0 == 1 || $0 == -1 } }

    /// Whether every value of input `input` is ±1.
    public func isSign(input: Int) -> Bool { (0..<rows).allSatisfy { abs(Int(values[$0 * inputs + input])) == 1 } }
}

/// What is wrong with samples. Every message is one sentence that says what to do.
public enum SampleError: Error, Hashable, Sendable, CustomStringConvertible {
    case none
    case shape(inputs: Int, outputs: Int)
    case counts(values: Int, inputs: Int, targets: Int, outputs: Int)
    case value(Int, sample: Int)
    case label(Int, sample: Int, classes: Int)

    public var description: String {
        switch self {
        case .none: "there are no samples to train on; give at least one"
        case .shape(let inputs, let outputs): "samples of \(inputs) inputs and \(outputs) outputs make no sense; a network has at least one output"
        case .counts(let values, let inputs, let targets, let outputs):
            "\(values) values and \(targets) targets are no whole samples of \(inputs) inputs and \(outputs) outputs; correct the counts"
        case .value(let value, let sample): "sample \(sample) has the input \(value); inputs lie in −127...127"
        case .label(let label, let sample, let classes): "sample \(sample) has the label \(label); labels lie in 0...\(classes - 1)"
        }
    }
}
