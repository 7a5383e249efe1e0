/// A model of few variables with integer coefficients whose magnitudes sum to less than 2²⁹, so that every energy, field and doubled field
/// of an enumeration is a 32-bit integer.
///
///     | E(s) − scale · (Σ fields[i]·sᵢ + Σ_{i<j} Jᵢⱼ·sᵢ·sⱼ) | ≤ scale · slack      (the offset left out)
///
/// The slack is 0 where the coefficients fit. Otherwise each was rounded by half a unit at most, and what enumeration finds within twice the
/// slack of the least is compared again in Double.
struct CoarseModel {
    static let limit = 0x1p29

    let variables: Int
    let fields: [Int32]
    /// J, [variables × variables], symmetric, zeros on the diagonal.
    let couplings: [Int32]
    let scale: Double
    let slack: Int64

    init(_ source: IsingModel, integers: IntegerModel) {
        let terms = source.terms
        let count = terms.variables
        let magnitude = terms.totalMagnitude
        let scale: Double
        if integers.isExact, magnitude / integers.scale < Self.limit {
            scale = integers.scale
        } else {
            // Half of the range, so that the roundings fit too.
            let exponent = magnitude > 0 ? Int(magnitude.exponent) - Int(Self.limit.exponent) + 2 : 0
            scale = Double(sign: .plus, exponent: Swift.max(exponent, Int(Double.leastNonzeroMagnitude.exponent)), significand: 1)
        }
        var rounded = 0
        func integer(_ value: Double) -> Int32 {
            let quotient = value / scale
            let result = quotient.rounded()
            if result != quotient { rounded += 1 }
            return Int32(result)
        }
        variables = count
        self.scale = scale
        fields = terms.linear.map(integer)
        var couplings = [Int32](repeating: 0, count: count * count)
        for edge in 0..<terms.interactions {
            let (i, j, value) = (Int(terms.first[edge]), Int(terms.second[edge]), integer(terms.weights[edge]))
            couplings[i * count + j] = value
            couplings[j * count + i] = value
        }
        self.couplings = couplings
        slack = Int64(rounded + 1) / 2
    }
}
