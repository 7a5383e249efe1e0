internal import CKernels

// Steps of update rules over reals. In all of them the gradient is g' = g + l2·w, `keep` multiplies the weight before the step (1 − rate·λ
// for decoupled weight decay, else 1), and weights are clamped to ±clip afterwards when clip > 0. Every result is the same bits on every
// instruction set and for every number of threads.

/// What a step came to.
public struct UpdateOutcome: Sendable, Hashable {
    /// Signs flipped, where the rule knows it for free.
    public var flips: Int?
    /// False when the step wrote a number that is not finite.
    public var isFinite: Bool
    /// Why the step was not made, in a sentence: something outside the rule, such as a solver it asks, failed.
    public var failure: String?
    /// What the rule has to say of the step, by name; logs have the sums over the steps of an epoch.
    public var measures: [String: Double]

    public init(flips: Int? = nil, isFinite: Bool = true, failure: String? = nil, measures: [String: Double] = [:]) {
        self.flips = flips
        self.isFinite = isFinite
        self.failure = failure
        self.measures = measures
    }
}

/// Gradient descent: w = keep·w − rate·g', or with momentum v = momentum·v + g', w = keep·w − rate·v (heavy ball) or
/// w = keep·w − rate·(g' + momentum·v) (Nesterov).
public struct DescentStep: Sendable, Hashable {
    public var rate: Float
    public var momentum: Float
    public var nesterov: Bool
    /// Bound of the weights after the step; 0 for none.
    public var clip: Float
    public var l2: Float
    public var keep: Float

    public init(rate: Float, momentum: Float = 0, nesterov: Bool = false, clip: Float = 0, l2: Float = 0, keep: Float = 1) {
        (self.rate, self.momentum, self.nesterov, self.clip, self.l2, self.keep) = (rate, momentum, nesterov, clip, l2, keep)
    }

    var options: sf_descent_step {
        sf_descent_step(
            rate: rate, momentum: momentum, direct: nesterov ? 1 : 0, along: nesterov ? momentum : 1, clip: clip, l2: l2, keep: keep)
    }
}

/// One step of Adam (Kingma, Ba 2015): m = β₁m + (1−β₁)g', v = β₂v + (1−β₂)g'², w = keep·w − rate·m / (root·√v + epsilon).
public struct AdamStep: Sendable, Hashable {
    /// The learning rate with the bias corrections in it: α·√(1−β₂ᵗ)/(1−β₁ᵗ) when `epsilon` is the ε̂ of the paper's section 2.
    public var rate: Float
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    /// 1, or 0 (with epsilon 1) for a step along m alone, as RAdam takes at first.
    public var root: Float
    public var clip: Float
    public var l2: Float
    public var keep: Float

    public init(
        rate: Float, beta1: Float, beta2: Float, epsilon: Float, root: Float = 1, clip: Float = 0, l2: Float = 0, keep: Float = 1
    ) {
        (self.rate, self.beta1, self.beta2, self.epsilon, self.root) = (rate, beta1, beta2, epsilon, root)
        (self.clip, self.l2, self.keep) = (clip, l2, keep)
    }

    var options: sf_adam_step {
        sf_adam_step(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, root: root, clip: clip, l2: l2, keep: keep)
    }
}

/// Sign descent: m = βm + (1−β)g', w = keep·w − rate·sgn(m) with sgn(0) = 0, so that a weight without gradient rests.
public struct SignStep: Sendable, Hashable {
    public var rate: Float
    public var beta: Float
    public var clip: Float
    public var l2: Float
    public var keep: Float

    public init(rate: Float, beta: Float = 0, clip: Float = 0, l2: Float = 0, keep: Float = 1) {
        (self.rate, self.beta, self.clip, self.l2, self.keep) = (rate, beta, clip, l2, keep)
    }

    var options: sf_sign_step { sf_sign_step(rate: rate, beta: beta, clip: clip, l2: l2, keep: keep) }
}

extension Kernels {
    /// Gradient descent in place, without state.
    public func descend(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, _ step: DescentStep, parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("descend", weights.count, gradients.count)
        nonisolated(unsafe) let (weights, gradients) = (weights, gradients)
        return steps(weights.count, parallel) { start, count, faults in
            var options = step.options
            updates.descend(weights.baseAddress! + start, gradients.baseAddress! + start, count, &options, faults)
        }
    }

    /// Gradient descent with momentum in place.
    public func momentum(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, velocity: UnsafeMutableBufferPointer<Float>,
        _ step: DescentStep, parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("momentum", weights.count, gradients.count, velocity.count)
        nonisolated(unsafe) let (weights, gradients, velocity) = (weights, gradients, velocity)
        return steps(weights.count, parallel) { start, count, faults in
            var options = step.options
            updates.momentum(
                weights.baseAddress! + start, gradients.baseAddress! + start, velocity.baseAddress! + start, count, &options, faults)
        }
    }

    /// One Adam step in place. All four arrays have the same number of elements.
    public func adam(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>,
        v: UnsafeMutableBufferPointer<Float>, _ step: AdamStep, parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("adam", weights.count, gradients.count, m.count, v.count)
        nonisolated(unsafe) let (weights, gradients, m, v) = (weights, gradients, m, v)
        return steps(weights.count, parallel) { start, count, faults in
            var options = step.options
            updates.adam(
                weights.baseAddress! + start, gradients.baseAddress! + start, m.baseAddress! + start, v.baseAddress! + start, count, &options,
                faults)
        }
    }

    /// signSGD in place (β = 0 and no state).
    public func signDescend(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, _ step: SignStep, parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("signDescend", weights.count, gradients.count)
        nonisolated(unsafe) let (weights, gradients) = (weights, gradients)
        return steps(weights.count, parallel) { start, count, faults in
            var options = step.options
            updates.sign_descend(weights.baseAddress! + start, gradients.baseAddress! + start, count, &options, faults)
        }
    }

    /// Signum in place.
    public func signum(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>,
        _ step: SignStep, parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("signum", weights.count, gradients.count, m.count)
        nonisolated(unsafe) let (weights, gradients, m) = (weights, gradients, m)
        return steps(weights.count, parallel) { start, count, faults in
            var options = step.options
            updates.signum(weights.baseAddress! + start, gradients.baseAddress! + start, m.baseAddress! + start, count, &options, faults)
        }
    }

    /// Runs a step piece by piece; each piece has its own word for faults.
    private func steps(
        _ count: Int, _ parallel: Parallel, _ body: (Int, Int, UnsafeMutablePointer<UInt32>) -> Void
    ) -> UpdateOutcome {
        guard count > 0 else { return UpdateOutcome() }
        var faults = [UInt32](repeating: 0, count: (count + Self.elementGrain - 1) / Self.elementGrain)
        faults.withUnsafeMutableBufferPointer { faults in
            nonisolated(unsafe) let faults = faults
            split(count, parallel) { start, count in body(start, count, faults.baseAddress! + start / Self.elementGrain) }
        }
        return UpdateOutcome(isFinite: faults.allSatisfy { $0 == 0 })
    }
}
