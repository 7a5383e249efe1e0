internal import BitCore

/// A value of one item as the reference holds it: one Swift number an element.
public enum ReferenceValue: Sendable, Hashable {
    case bytes([UInt8])
    case bits([Bool])
    case integers([Int])
    case reals([Float])

    /// The elements as whole numbers; a bit is +1 or -1.
    /// - Precondition: they are not reals.
    public var numbers: [Int] {
        switch self {
        case .bytes(let values): values.map(Int.init)
        case .bits(let values): values.map { $0 ? 1 : -1 }
        case .integers(let values): values
        case .reals: preconditionFailure("reals are no whole numbers; read `floats`")
        }
    }

    /// The elements as Float32, which integers beyond 2^24 are rounded to.
    public var floats: [Float] {
        if case .reals(let values) = self { values } else { numbers.map { Float($0) } }
    }
}

/// Runs a model one number at a time, by the definitions. Slow, and short enough to be checked by eye: the oracle for every other path.
public struct ReferenceInterpreter: Sendable {
    public let model: InferenceModel

    public init(_ model: InferenceModel) {
        self.model = model
    }

    /// Every value for one item: the input, then the result of each node.
    /// - Precondition: as many bytes as the input has elements.
    public func trace(_ item: [UInt8]) -> [ReferenceValue] {
        precondition(item.count == model.inputCount, "an item of \(item.count) bytes for an input of \(model.input.shape)")
        var values = [ReferenceValue.bytes(item)]
        for node in model.nodes {
            values.append(node.operation.rules.reference(node.inputs.map { values[$0] }, node.inputs.map { model.types[$0] }))
        }
        return values
    }

    /// Integer scores, row-major [count × classes], for items one after the other.
    /// - Precondition: the model's scores are integers.
    public func scores(_ bytes: [UInt8], count: Int) -> [Int32] {
        outputs(bytes, count: count).flatMap { $0.numbers.map(Int32.init) }
    }

    /// The scores as the numbers they stand for, of any model.
    public func realScores(_ bytes: [UInt8], count: Int) -> [Double] {
        let unit = Double(sign: .plus, exponent: model.scoreExponent, significand: 1)
        return outputs(bytes, count: count).flatMap { value in
            if case .reals(let scores) = value { scores.map { Double($0) } } else { value.numbers.map { Double($0) * unit } }
        }
    }

    /// Classes: the index of the highest score, the lowest index where scores tie.
    public func classify(_ bytes: [UInt8], count: Int) -> [Int] {
        InferenceModel.highest(realScores(bytes, count: count), classes: model.classes)
    }

    private func outputs(_ bytes: [UInt8], count: Int) -> [ReferenceValue] {
        precondition(bytes.count == count * model.inputCount, "\(bytes.count) bytes for \(count) items of \(model.inputCount)")
        return (0..<count).map { item in
            let values = trace(Array(bytes[item * model.inputCount..<(item + 1) * model.inputCount]))
            return values[values.count - 1]
        }
    }
}

extension InferenceModel {
    /// The index of the highest score in each row of [count × classes]; the lowest index wins ties.
    public static func highest<Score: Comparable>(_ scores: [Score], classes: Int) -> [Int] {
        precondition(classes > 0 && scores.count % classes == 0, "\(scores.count) scores are not rows of \(classes)")
        return stride(from: 0, to: scores.count, by: classes).map { row in
            var best = 0
            for index in 1..<classes where scores[row + index] > scores[row + best] { best = index }
            return best
        }
    }
}

extension PackedTensor {
    /// Σ_k w[j][k]·x[k] for a kernel [outputs × inputs], one sign at a time.
    func referenceProduct(_ x: [Int]) -> [Int] {
        let (rows, columns, stride) = (shape[0], shape[1], wordsPerRow)
        return withUnsafeWords { words in
            (0..<rows).map { row in
                var sum = 0
                for column in 0..<columns {
                    let bit = Int(words[row * stride + column / 64] >> UInt64(column % 64) & 1)
                    sum += (2 * bit - 1) * x[column]
                }
                return sum
            }
        }
    }
}
