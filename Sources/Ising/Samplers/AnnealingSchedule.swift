/// Inverse temperatures of an annealing run, one a sweep, from hot to cold in equal steps.
///
/// Temperatures are those of the integer model: a flip that raises its energy by d is accepted with probability exp(−beta·d).
package struct AnnealingSchedule: Hashable, Sendable {
    package var hot: Double
    package var cold: Double
    package var sweeps: Int

    /// - Precondition: betas of 0 or more, hot the smaller; at least one sweep.
    package init(hot: Double, cold: Double, sweeps: Int) {
        precondition(hot >= 0 && hot <= cold && sweeps >= 1, "\(sweeps) sweeps from beta \(hot) to \(cold)")
        self.hot = hot
        self.cold = cold
        self.sweeps = sweeps
    }

    /// Ends that suit models whose couplings are of about one size, from the root mean square σ of the local fields of random assignments: hot,
    /// 1/σ, most flips of average gain pass; cold, 10/σ, only those that cost next to nothing do.
    package static func automatic(_ model: IntegerModel, sweeps: Int) -> AnnealingSchedule {
        let sigma = max(fieldDeviation(model), 1e-9)
        return AnnealingSchedule(hot: 1 / sigma, cold: 10 / sigma, sweeps: sweeps)
    }

    /// √(mean over i of hᵢ² + Σⱼ Jᵢⱼ²).
    package static func fieldDeviation(_ model: IntegerModel) -> Double {
        var sum = 0.0
        for field in model.fields { sum += Double(field) * Double(field) }
        for weight in model.weights { sum += Double(weight) * Double(weight) }
        return model.variables == 0 ? 0 : (sum / Double(model.variables)).squareRoot()
    }

    package func beta(_ sweep: Int) -> Double { sweeps == 1 ? cold : hot + (cold - hot) * Double(sweep) / Double(sweeps - 1) }
}
