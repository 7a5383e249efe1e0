// With s = 2x − 1, that is x = (1 + s) / 2:
//
//     h·s     = 2h·x − h                    q·x     = (q/2)·s + q/2
//     J·s·s′  = 4J·x·x′ − 2J·x − 2J·x′ + J  Q·x·x′  = (Q/4)·(s·s′ + s + s′ + 1)
//
// Only powers of two multiply, so wherever sums of coefficients are exact (`QuadraticTerms.unit`) the conversions are exact too, there and
// back, as long as the magnitudes leave the few bits of room. Integers become integers on the left, quarters of integers on the right.

extension IsingModel {
    /// The same function of bits, offset included.
    /// - Throws: `ProblemError.overflow` when a coefficient leaves the range of a Double.
    public func qubo() throws(ProblemError) -> QUBO {
        var linear = terms.linear.map { 2 * $0 }
        var offset = terms.offset
        for field in terms.linear { offset -= field }
        for edge in 0..<terms.interactions {
            let weight = terms.weights[edge]
            linear[Int(terms.first[edge])] -= 2 * weight
            linear[Int(terms.second[edge])] -= 2 * weight
            offset += weight
        }
        return QUBO(
            terms: try QuadraticTerms(
                offset: offset, linear: linear, first: terms.first, second: terms.second, weights: terms.weights.map { 4 * $0 }))
    }
}

extension QUBO {
    /// The same function of spins, offset included.
    /// - Throws: `ProblemError.overflow` when a coefficient leaves the range of a Double.
    public func ising() throws(ProblemError) -> IsingModel {
        var linear = terms.linear.map { $0 / 2 }
        var offset = terms.offset
        for coefficient in terms.linear { offset += coefficient / 2 }
        for edge in 0..<terms.interactions {
            let quarter = terms.weights[edge] / 4
            linear[Int(terms.first[edge])] += quarter
            linear[Int(terms.second[edge])] += quarter
            offset += quarter
        }
        return IsingModel(
            terms: try QuadraticTerms(
                offset: offset, linear: linear, first: terms.first, second: terms.second, weights: terms.weights.map { $0 / 4 }))
    }
}
