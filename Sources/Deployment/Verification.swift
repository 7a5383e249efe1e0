public import BinaryInference
public import BitCore

/// Compares every way of running a model with the reference interpreter, score by score.
public enum Verification {
    /// One way of running a model.
    public struct Path: Sendable, Hashable, Codable {
        /// `reference`, `avx2`, …: the session on that instruction set; `c`: the exported code.
        public let name: String
        /// Items with a score that differs.
        public let mismatches: Int
    }

    public struct Paths: Sendable, Hashable, Codable {
        public let inputs: Int
        public let paths: [Path]
        public var mismatches: Int { paths.reduce(0) { $0 + $1.mismatches } }
    }

    /// Runs the session on every instruction set that this machine has, and counts the items whose scores differ from the reference.
    /// - Precondition: `count × model.inputCount` bytes.
    public static func verifyPaths(_ model: InferenceModel, inputs: [UInt8], count: Int, parallel: Parallel = .serial) -> Paths {
        let expected = reference(model, inputs: inputs, count: count, parallel: parallel).map(\.bitPattern)
        let paths = InstructionSet.supported.map { isa in
            let found = InferenceSession(model, kernels: Kernels(isa), parallel: parallel).realScores(inputs, count: count).map(\.bitPattern)
            return Path(name: isa.rawValue, mismatches: differingItems(found, expected, classes: model.classes))
        }
        return Paths(inputs: count, paths: paths)
    }

    /// The reference's scores as the numbers they stand for; items are spread over threads, because it is slow.
    static func reference(_ model: InferenceModel, inputs: [UInt8], count: Int, parallel: Parallel) -> [Double] {
        precondition(inputs.count == count * model.inputCount, "\(inputs.count) bytes for \(count) items of \(model.inputCount)")
        let (interpreter, width, classes) = (ReferenceInterpreter(model), model.inputCount, model.classes)
        return [Double](unsafeUninitializedCapacity: count * classes) { buffer, filled in
            nonisolated(unsafe) let buffer = buffer
            parallel.forEach(count) { range in
                for item in range {
                    let scores = interpreter.realScores(Array(inputs[item * width..<(item + 1) * width]), count: 1)
                    for (index, score) in scores.enumerated() { (buffer.baseAddress! + item * classes + index).initialize(to: score) }
                }
            }
            filled = count * classes
        }
    }

    /// Items, rows of [count × classes], in which any score differs; all of them when the counts do.
    static func differingItems(_ a: [UInt64], _ b: [UInt64], classes: Int) -> Int {
        guard a.count == b.count else { return Swift.max(a.count, b.count) / classes }
        return stride(from: 0, to: a.count, by: classes).count { a[$0..<$0 + classes] != b[$0..<$0 + classes] }
    }
}
