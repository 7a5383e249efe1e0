public import BitCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// What a run minimises: a loss against labels, possibly smoothed, possibly mixed with a loss against a teacher's scores:
/// (1 − λ)·loss(labels) + λ·T²·KL(softmax(t/T) ‖ softmax(s/T)), with the student's scores s, the teacher's t (G. Hinton, O. Vinyals, J. Dean,
/// "Distilling the Knowledge in a Neural Network", arXiv 1503.02531; T² keeps the size of gradients when T changes).
public struct Objective: Sendable, Hashable, Codable {
    public var loss: Loss
    /// ε: cross-entropy is taken against 1 − ε at the label plus ε/classes everywhere (C. Szegedy et al., arXiv 1512.00567).
    public var labelSmoothing: Double
    public var distillation: Distillation?

    /// How a teacher counts.
    public struct Distillation: Sendable, Hashable, Codable {
        /// λ in 0…1.
        public var weight: Double
        /// T > 0.
        public var temperature: Double

        /// - Precondition: a weight in 0…1 and a positive temperature.
        public init(weight: Double = 0.5, temperature: Double = 4) {
            precondition((0...1).contains(weight) && temperature > 0 && temperature.isFinite, "a teacher of weight \(weight) at temperature \(temperature)")
            (self.weight, self.temperature) = (weight, temperature)
        }
    }

    /// - Precondition: a smoothing in 0..<1, and none for losses other than cross-entropy.
    public init(_ loss: Loss = .crossEntropy, labelSmoothing: Double = 0, distillation: Distillation? = nil) {
        precondition((0..<1).contains(labelSmoothing) && (labelSmoothing == 0 || loss == .crossEntropy), "smoothing by \(labelSmoothing) of \(loss)")
        (self.loss, self.labelSmoothing, self.distillation) = (loss, labelSmoothing, distillation)
    }

    /// Mean over the batch, gradient, and items got right.
    /// - Parameter teacher: the teacher's scores of the same items; needed with `distillation`, unused without.
    /// - Precondition: `scores` is [batch × classes], one label below `classes` per item; `teacher` has the same shape.
    public func evaluate(_ scores: Tensor, labels: [Int], teacher: Tensor? = nil) -> Loss.Value {
        var value = loss.evaluate(scores, labels: labels)
        let classes = scores.shape[1]
        let weight = 1 / Float(max(labels.count, 1))
        if labelSmoothing > 0 { smooth(&value, scores, labels, classes, weight) }
        guard let distillation else { return value }
        guard let teacher, teacher.shape == scores.shape else {
            preconditionFailure("distillation of scores \(scores.shape) from a teacher's \(teacher.map { "\($0.shape)" } ?? "none")")
        }
        distil(&value, scores, teacher, distillation, classes, weight)
        return value
    }

    /// −Σ q·log p with q = (1 − ε)·label + ε/classes differs from −log p[label] by ε·(s[label] − mean s), as log p_c = s_c − log Σ exp s.
    private func smooth(_ value: inout Loss.Value, _ scores: Tensor, _ labels: [Int], _ classes: Int, _ weight: Float) {
        let epsilon = labelSmoothing
        var extra = 0.0
        scores.withUnsafeElements { scores in
            value.gradient.withUnsafeMutableElements { gradient in
                for (row, label) in labels.enumerated() {
                    let range = row * classes..<(row + 1) * classes
                    var mean = 0.0
                    for c in range {
                        mean += Double(scores[c]) / Double(classes)
                        gradient[c] -= weight * Float(epsilon / Double(classes))
                    }
                    gradient[row * classes + label] += weight * Float(epsilon)
                    extra += epsilon * (Double(scores[row * classes + label]) - mean)
                }
            }
        }
        value.mean += extra * Double(weight)
    }

    private func distil(
        _ value: inout Loss.Value, _ scores: Tensor, _ teacher: Tensor, _ distillation: Distillation, _ classes: Int, _ weight: Float
    ) {
        let (share, temperature) = (distillation.weight, distillation.temperature)
        var divergence = 0.0
        scores.withUnsafeElements { scores in
            teacher.withUnsafeElements { teacher in
                value.gradient.withUnsafeMutableElements { gradient in
                    for row in 0..<scores.count / classes {
                        let range = row * classes..<(row + 1) * classes
                        let student = Self.logSoftmax(scores[range], temperature)
                        let target = Self.logSoftmax(teacher[range], temperature)
                        for c in 0..<classes {
                            let (p, q) = (exp(student[c]), exp(target[c]))
                            if q > 0 { divergence += q * (target[c] - student[c]) }
                            let own = Double(gradient[row * classes + c])
                            gradient[row * classes + c] = Float((1 - share) * own + share * temperature * Double(weight) * (p - q))
                        }
                    }
                }
            }
        }
        value.mean = (1 - share) * value.mean + share * temperature * temperature * divergence * Double(weight)
    }

    /// log softmax(scores/temperature), shifted by the largest so that no exponential overflows.
    private static func logSoftmax(_ scores: some Sequence<Float>, _ temperature: Double) -> [Double] {
        let scaled = scores.map { Double($0) / temperature }
        let largest = scaled.max() ?? 0
        let logSum = log(scaled.reduce(0) { $0 + exp($1 - largest) })
        return scaled.map { $0 - largest - logSum }
    }
}
