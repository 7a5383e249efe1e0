/// The temperatures of an anneal, from hot to cold, in units of the energy (k = 1): inverse temperatures are β = 1 / T.
public struct Schedule: Hashable, Sendable, Codable {
    /// How to go from the first inverse temperature to the last.
    public enum Interpolation: String, Hashable, Sendable, Codable, CaseIterable {
        /// Equal steps of T: more time where it is hot.
        case temperature
        /// Equal ratios.
        case geometric
        /// Equal steps of β: more time where it is cold.
        case beta
    }

    /// The inverse temperatures of the first and of the last sweep.
    public var hot: Double
    public var cold: Double
    public var interpolation: Interpolation

    public init(hot: Double, cold: Double, interpolation: Interpolation = .temperature) {
        (self.hot, self.cold, self.interpolation) = (hot, cold, interpolation)
    }

    /// The temperature at a place from 0 (hot) to 1 (cold).
    public func temperature(at place: Double) -> Double {
        switch interpolation {
        case .temperature: 1 / hot + (1 / cold - 1 / hot) * place
        case .geometric: (1 / hot) * Power.of(hot / cold, place)
        case .beta: 1 / (hot + (cold - hot) * place)
        }
    }

    /// Where nothing is known but the couplings: from 0.6 to 0.06 times the root mean square of the local fields of random spins,
    /// σ² = mean over i of (hᵢ² + Σⱼ Jᵢⱼ²). Above that range a random start is as good as an equilibrated one; at its lower end all but the
    /// weakest spins are frozen, and a descent does the rest.
    package static func automatic(_ model: IntegerModel) -> Schedule {
        let sigma = fieldDeviation(model)
        return Schedule(hot: 1 / (0.6 * sigma), cold: 1 / (0.06 * sigma))
    }

    /// σ, the root mean square of the local fields of random spins: √(mean over i of hᵢ² + Σⱼ Jᵢⱼ²), in units of the energy; 1 where all are 0.
    static func fieldDeviation(_ model: IntegerModel) -> Double {
        var sum = 0.0
        for field in model.fields { sum += Double(field) * Double(field) }
        for weight in model.weights { sum += Double(weight) * Double(weight) }
        return sum > 0 ? (sum / Double(model.variables)).squareRoot() * model.scale : 1
    }

    func check() throws(SamplerError) {
        guard hot > 0, cold > 0, hot.isFinite, cold.isFinite else {
            throw .option("inverse temperatures from \(hot) to \(cold); use finite numbers above 0")
        }
    }
}

/// Powers that are the same on every machine: the functions of mathematical libraries differ in their last bits, and a temperature that
/// differs in one bit gives other samples.
enum Power {
    /// base^exponent for a positive base, to about 12 digits.
    static func of(_ base: Double, _ exponent: Double) -> Double {
        let value = exponent * logarithm(base)
        let whole = value.rounded(.down)
        // 2^fraction = exp(fraction·ln 2) by its series; the fraction is below 1.
        let x = (value - whole) * 0.6931471805599453
        var (term, sum) = (1.0, 1.0)
        for k in 1...18 {
            term *= x / Double(k)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(Swift.max(-1000, Swift.min(1000, whole))), significand: 1) * sum
    }

    /// log₂ by the series of the inverse hyperbolic tangent.
    static func logarithm(_ value: Double) -> Double {
        let m = value.significand
        let z = (m - 1.414213562373095) / (m + 1.414213562373095)
        var (power, sum) = (z, 0.0)
        for k in stride(from: 1, through: 25, by: 2) {
            sum += power / Double(k)
            power *= z * z
        }
        return Double(value.exponent) + 0.5 + 2 * sum / 0.6931471805599453
    }
}
