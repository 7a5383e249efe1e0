internal import BinaryNN
internal import BitCore

/// How a kernel did in an epoch: means over the steps at which it was measured.
public struct LayerDiagnostics: Sendable, Hashable, Codable {
    /// √ of the mean of g² over the elements of the gradient (before clipping) and the steps.
    public var gradientRMS: Double
    /// Share of the weights below the threshold. For rules that flip bits it is theirs: |m| ≤ τ for Bop, |r| ≤ τ for second-order Bop, |m| < 1 for
    /// the Boolean accumulator, m = 0 for the control. For latent weights: |w| ≤ 0.05, those that a few steps may turn. Nil for real kernels,
    /// those apart whose signs are shipped, which count as latent weights.
    public var belowThreshold: Double?
    /// Share of the weights that are +1; nil for real kernels, but for those.
    public var weightBalance: Double?

    public init(gradientRMS: Double, belowThreshold: Double? = nil, weightBalance: Double? = nil) {
        self.gradientRMS = gradientRMS
        self.belowThreshold = belowThreshold
        self.weightBalance = weightBalance
    }

    /// |w| up to which a latent weight counts as below the threshold.
    public static let latentThreshold: Float = 0.05

    /// Sums over the steps at which a kernel was measured, from which the means are made.
    struct Sums: Sendable, Hashable, Codable {
        var samples = 0
        /// Of mean squares.
        var gradientSquares = 0.0
        /// Of weights.
        var below: Int?
        var plus: Int?
        var weights = 0

        var means: LayerDiagnostics {
            let count = Double(max(weights, 1))
            return LayerDiagnostics(
                gradientRMS: (gradientSquares / Double(max(samples, 1))).squareRoot(), belowThreshold: below.map { Double($0) / count },
                weightBalance: plus.map { Double($0) / count })
        }
    }
}

extension EpochTotals {
    /// Measures every kernel after a step. Reads gradients, weights and what the rules remember once.
    mutating func measure(
        _ parameters: ParameterStore, _ gradients: Gradients, _ optimizer: BoundOptimizer, _ clock: TrainingClock, _ context: ExecutionContext
    ) {
        let (kernels, parallel) = (context.kernels, context.parallel)
        for id in parameters.ids {
            let spec = parameters.spec(id)
            guard spec.role == .kernel, let rule = optimizer.rule(for: id) else { continue }
            var sums = layers[spec.name] ?? LayerDiagnostics.Sums()
            sums.samples += 1
            sums.weights += spec.count
            sums.gradientSquares += gradients.with(id) { kernels.squares($0, parallel: parallel) } / Double(max(spec.count, 1))
            switch spec.encoding {
            case .real where !rule.shipsSigns: break
            case .real, .latentBinary:
                parameters.withReals(id) { w in
                    sums.plus = (sums.plus ?? 0) + kernels.countPlusSigns(w, parallel: parallel)
                    sums.below = (sums.below ?? 0) + kernels.count(w, within: LayerDiagnostics.latentThreshold, parallel: parallel)
                }
            case .binary: sums.plus = (sums.plus ?? 0) + parameters.withWords(id) { kernels.countOnes($0) }
            }
            if let below = rule.countBelowThreshold(id, of: parameters, optimizer.states[id.index], clock, context) {
                sums.below = (sums.below ?? 0) + below
            }
            layers[spec.name] = sums
        }
    }
}
