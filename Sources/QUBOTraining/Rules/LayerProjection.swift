public import BinaryNN
internal import BinaryTraining
internal import BitCore
internal import DenseMath

/// The binary direction of a kernel in one step: what the rules of QP-SBGD have in common.
public struct LayerProjection: Sendable {
    /// What is projected onto binary directions.
    public enum Source: Sendable, Hashable {
        /// The gradients at the layer's outputs, through the layer's inputs (`ProjectionProblem`).
        case outputs(SignalSite)
        /// The gradient at the weights itself: D = −sign(g), which is the nearest binary matrix to −g. For layers whose inputs are no signs.
        case gradient
    }

    /// The two forms of the rule in the released notebooks. Their directions differ where d·x_b = 0 counts: the one pulls outputs towards −Y and adds D,
    /// the other pulls them towards +Y and subtracts D, so a tie counts as +1 in the one and as −1 in the other. For odd fan-in they are the same step.
    public enum Variant: String, Sendable, Hashable, CaseIterable {
        /// D = argmin ‖−Y − sign(XDᵀ)‖², W ← W + ηD (the notebooks of two layers).
        case add
        /// D = argmin ‖Y − sign(X̃Dᵀ)‖², W ← W − ηD (the notebooks of ten layers). There X̃ is X with columns divided by their squared norm over the batch,
        /// which for inputs of ±1 is B: a positive factor that changes no sign. (With the tolerance of 0.01 that they give to ties, it would make
        /// −0.01·B < d·x_b < 0 count as +1 too; ties alone count so here.)
        case subtract
    }

    public var source: Source
    public var variant: Variant
    public var backend: any ProjectionBackend

    public init(source: Source = .outputs(.signs), variant: Variant = .add, backend: any ProjectionBackend = AutomaticProjection()) {
        (self.source, self.variant, self.backend) = (source, variant, backend)
    }

    var signals: SignalSite? { if case .outputs(let site) = source { site } else { nil } }

    /// What is added to the weights, ±1 each: D, or −D of the variant that subtracts it.
    func step(
        _ id: ParameterID, _ spec: ParameterSpec, _ gradients: Gradients, _ context: ExecutionContext
    ) -> (direction: PackedTensor?, outcome: UpdateOutcome) {
        guard case .outputs = source else {
            let direction = gradients.with(id) { g in
                context.kernels.packSigns(Tensor(g.map { -$0 }, shape: spec.shape), parallel: context.parallel)
            }
            return (direction, UpdateOutcome())
        }
        guard let signals = gradients.signals(of: id) else {
            return (nil, UpdateOutcome(failure: "its layer has handed on no inputs and output gradients; bind the optimizer to the network"))
        }
        do throws(ProjectionError) {
            let scale: Float = variant == .add ? -1 : 1
            let problem = try ProjectionProblem(inputs: signals.inputs, targets: signals.outputGradient, scale: scale)
            let start = Self.gradientSigns(signals, scale: scale, context)
            var generator = context.randomness.split("projection").split(UInt64(id.index))
            let projection = try backend.project(problem, start: start, seed: generator.next(), parallel: context.parallel)
            let summary = ProjectionSummary(projection, start: problem.objectives(of: start).reduce(0, +))
            var direction = projection.directions.reshaped(to: spec.shape)
            if variant == .subtract { direction.complement() }
            return (direction, UpdateOutcome(measures: summary.measures))
        } catch {
            if case .notFinite = error { return (nil, UpdateOutcome(isFinite: false)) }
            return (nil, UpdateOutcome(failure: "\(error)"))
        }
    }

    /// sign(Σ_b y'_b·x_b) by the dense engine: where search begins.
    static func gradientSigns(_ signals: LayerSignals, scale: Float, _ context: ExecutionContext) -> PackedTensor {
        let (batch, depth, units) = (signals.inputs.shape[0], signals.inputs.shape[1], signals.outputGradient.shape[1])
        var sums = Tensor(zeros: [units, depth])
        let x = context.kernels.unpackSigns(signals.inputs, parallel: context.parallel)
        let product = MatrixProduct(rows: units, columns: depth, depth: batch, transposeA: true, precision: context.precision)
        sums.withUnsafeMutableElements { target in
            signals.outputGradient.withUnsafeElements { y in
                x.withUnsafeElements { x in
                    context.engine.multiply(product, y.baseAddress!, x.baseAddress!, target.baseAddress!, parallel: context.parallel)
                }
            }
            for i in 0..<target.count { target[i] *= scale }
        }
        return context.kernels.packSigns(sums, parallel: context.parallel)
    }
}

extension ProjectionSummary {
    /// For logs; sums over the steps of an epoch.
    var measures: [String: Double] {
        var result = ["projection.objective": objective, "projection.bound": bound, "projection.rows": Double(rows), "projection.proved": Double(provedRows)]
        result["projection.start"] = start
        // Only where every row's optimum is known is their sum one.
        result["projection.optimum"] = optimum
        result["projection.gap"] = gap
        return result
    }
}

extension PackedTensor {
    /// Turns every sign.
    mutating func complement() {
        let (columns, stride) = (shape.columns, wordsPerRow)
        withUnsafeMutableWords { words in
            for place in words.indices {
                let left = columns - place % stride * 64
                words[place] = ~words[place] & (left >= 64 ? ~0 : (1 << UInt64(left)) - 1)
            }
        }
    }
}
