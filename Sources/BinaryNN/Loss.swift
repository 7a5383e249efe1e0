public import BitCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// What training minimises, as a mean over the batch.
public enum Loss: String, Sendable, Codable, CaseIterable {
    /// −log softmax(scores)[label].
    case crossEntropy = "cross-entropy"
    /// Σ_c max(0, 1 − t_c·score_c)², t = +1 at the label and −1 elsewhere (BinaryConnect, BinaryNet).
    case squaredHinge = "squared-hinge"

    public struct Value: Sendable {
        /// Mean loss of the batch.
        public var mean: Double
        /// Items whose largest score is the label's; the lowest index wins ties.
        public var correct: Int
        /// ∂(mean loss)/∂scores, [batch × classes].
        public var gradient: Tensor
    }

    /// - Precondition: `scores` is [batch × classes], one label below `classes` per item.
    public func evaluate(_ scores: Tensor, labels: [Int]) -> Value {
        precondition(scores.shape.rank == 2 && scores.shape[0] == labels.count, "scores of shape \(scores.shape) for \(labels.count) labels")
        let classes = scores.shape[1]
        var value = Value(mean: 0, correct: 0, gradient: Tensor(zeros: scores.shape))
        let weight = 1 / Float(max(labels.count, 1))
        scores.withUnsafeElements { scores in
            value.gradient.withUnsafeMutableElements { gradient in
                for (item, label) in labels.enumerated() {
                    precondition(label >= 0 && label < classes, "label \(label) with \(classes) classes")
                    let row = UnsafeBufferPointer(rebasing: scores[item * classes..<(item + 1) * classes])
                    let target = UnsafeMutableBufferPointer(rebasing: gradient[item * classes..<(item + 1) * classes])
                    value.mean += itemLoss(row, label, target, weight)
                    if argmax(row) == label { value.correct += 1 }
                }
            }
        }
        value.mean *= Double(weight)
        return value
    }

    /// The loss of one item; writes `weight` times its gradient.
    private func itemLoss(
        _ scores: UnsafeBufferPointer<Float>, _ label: Int, _ gradient: UnsafeMutableBufferPointer<Float>, _ weight: Float
    ) -> Double {
        switch self {
        case .crossEntropy:
            // Shifted by the largest score, so that no exponential overflows.
            let largest = scores.max() ?? 0
            var sum = 0.0
            for score in scores { sum += exp(Double(score - largest)) }
            for c in scores.indices {
                let probability = exp(Double(scores[c] - largest)) / sum
                gradient[c] = weight * Float(probability - (c == label ? 1 : 0))
            }
            return log(sum) - Double(scores[label] - largest)
        case .squaredHinge:
            var loss = 0.0
            for c in scores.indices {
                let target: Float = c == label ? 1 : -1
                let slack = max(0, 1 - target * scores[c])
                loss += Double(slack) * Double(slack)
                gradient[c] = -2 * weight * target * slack
            }
            return loss
        }
    }
}

/// Index of the largest element; the lowest wins ties. NaN never wins.
public func argmax(_ scores: some Collection<Float>) -> Int {
    var (best, value) = (0, -Float.infinity)
    for (index, score) in scores.enumerated() where score > value { (best, value) = (index, score) }
    return best
}
