// With x = (1 + s)/2, that is s = 2x − 1, a product T of d variables becomes a sum over its subsets:
//
//     Π_T x = 2^−d · Σ_{S ⊆ T} Π_S s          Π_T s = Σ_{S ⊆ T} 2^|S| · (−1)^(d−|S|) · Π_S x
//
// Only powers of two multiply, so where sums of coefficients are exact the conversions are exact too, there and back.

extension BinaryPolynomial {
    /// The same function of the other kind of variables.
    /// - Parameter termLimit: the most terms to make before equal ones are summed; a term of degree d makes 2^d.
    /// - Throws: `ProblemError.tooManyTerms` beyond it, `.overflow` when a coefficient leaves the range of a Double.
    public func converted(to vartype: Vartype, termLimit: Int = 20_000_000) throws(ProblemError) -> BinaryPolynomial {
        guard vartype != self.vartype else { return self }
        var count = 0
        for term in 0..<terms {
            guard termDegree(term) < 40 else { throw .tooManyTerms(limit: termLimit) }
            count += 1 << termDegree(term)
            guard count <= termLimit else { throw .tooManyTerms(limit: termLimit) }
        }
        var builder = try PolynomialBuilder(variables: variables, vartype: vartype)
        for term in 0..<terms {
            let range = self.term(term)
            let degree = range.count
            for subset in 0..<(1 << degree) {
                let size = subset.nonzeroBitCount
                let product = range.lazy.filter { subset >> ($0 - range.lowerBound) & 1 == 1 }.map { self.indices[$0] }
                let factor =
                    switch vartype {
                    case .spin: Double(sign: .plus, exponent: -degree, significand: 1)
                    case .binary: Double(sign: (degree - size).isMultiple(of: 2) ? .plus : .minus, exponent: size, significand: 1)
                    }
                let value = coefficients[term] * factor
                guard value.isFinite else { throw .overflow(.term(product.map(Int.init))) }
                try builder.add(value, sorted: product)
            }
        }
        return try builder.polynomial()
    }

    public init(_ model: IsingModel) throws(ProblemError) { try self.init(model.terms, vartype: .spin) }
    public init(_ model: QUBO) throws(ProblemError) { try self.init(model.terms, vartype: .binary) }

    init(_ terms: QuadraticTerms, vartype: Vartype) throws(ProblemError) {
        guard let whole = try Self.of(terms, vartype: vartype, goOn: { true }) else { preconditionFailure("nothing stops this conversion") }
        self = whole
    }

    /// The same, in the order of the terms, which is that of a polynomial; nil when `goOn`, asked every millisecond of work, says false.
    static func of(_ terms: QuadraticTerms, vartype: Vartype, goOn: () -> Bool) throws(ProblemError) -> BinaryPolynomial? {
        var (starts, indices, coefficients): ([Int], [Int32], [Double]) = ([0], [], [])
        starts.reserveCapacity(terms.variables + terms.interactions + 2)
        indices.reserveCapacity(terms.variables + 2 * terms.interactions)
        coefficients.reserveCapacity(terms.variables + terms.interactions + 1)
        if terms.offset != 0 {
            starts.append(0)
            coefficients.append(terms.offset)
        }
        for (index, value) in terms.linear.enumerated() where value != 0 {
            indices.append(Int32(index))
            starts.append(indices.count)
            coefficients.append(value)
        }
        for edge in 0..<terms.interactions {
            if edge & 0xFFFF == 0xFFFF, !goOn() { return nil }
            guard terms.weights[edge] != 0 else { continue }
            indices.append(terms.first[edge])
            indices.append(terms.second[edge])
            starts.append(indices.count)
            coefficients.append(terms.weights[edge])
        }
        guard goOn() else { return nil }
        return try BinaryPolynomial(vartype: vartype, variables: terms.variables, starts: starts, indices: indices, coefficients: coefficients)
    }

    /// The polynomial as an Ising model.
    /// - Throws: `ProblemError.degree` when it is not quadratic.
    public func ising() throws(ProblemError) -> IsingModel {
        switch vartype {
        case .spin: IsingModel(terms: try quadraticTerms())
        case .binary: try qubo().ising()
        }
    }

    /// The polynomial as a QUBO.
    /// - Throws: `ProblemError.degree` when it is not quadratic.
    public func qubo() throws(ProblemError) -> QUBO {
        switch vartype {
        case .spin: try ising().qubo()
        case .binary: QUBO(terms: try quadraticTerms())
        }
    }

    private func quadraticTerms() throws(ProblemError) -> QuadraticTerms {
        guard degree <= 2 else { throw .degree(degree, limit: 2) }
        var linear = [Double](repeating: 0, count: variables)
        var (first, second, weights): ([Int32], [Int32], [Double]) = ([], [], [])
        for term in 0..<terms {
            let start = starts[term]
            switch termDegree(term) {
            case 1: linear[Int(indices[start])] = coefficients[term]
            case 2:
                first.append(indices[start])
                second.append(indices[start + 1])
                weights.append(coefficients[term])
            default: break
            }
        }
        return try QuadraticTerms(offset: offset, linear: linear, first: first, second: second, weights: weights)
    }
}
