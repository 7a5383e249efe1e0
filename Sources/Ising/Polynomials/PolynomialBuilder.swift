/// Collects terms in any order and makes a polynomial of them. Coefficients of the same product are summed in the order in which they came.
public struct PolynomialBuilder: Sendable {
    public let variables: Int
    public let vartype: Vartype
    /// Terms that were added to one already there; complete after `polynomial()`.
    public private(set) var summed = 0
    /// Terms in which a variable stood more than once.
    public private(set) var folded = 0

    private var starts = [0]
    private var indices: [Int32] = []
    private var coefficients: [Double] = []

    /// - Throws: `ProblemError.variableCount` for a negative or too large count.
    public init(variables: Int, vartype: Vartype) throws(ProblemError) {
        guard (0...QuadraticTerms.variableLimit).contains(variables) else {
            throw .variableCount(variables, limit: QuadraticTerms.variableLimit)
        }
        self.variables = variables
        self.vartype = vartype
    }

    /// Adds `coefficient` times the product of the variables, in any order; of none for a constant.
    public mutating func add(_ coefficient: Double, _ product: some Sequence<Int>) throws(ProblemError) {
        let start = indices.count
        for variable in product {
            guard (0..<variables).contains(variable) else {
                indices.removeSubrange(start...)
                throw .variableOutOfRange(variable, variables: variables)
            }
            indices.append(Int32(variable))
        }
        try close(coefficient, from: start)
    }

    /// Adds the product of variables that are known to be in range, ascending and different.
    mutating func add(_ coefficient: Double, sorted product: some Sequence<Int32>) throws(ProblemError) {
        indices.append(contentsOf: product)
        try close(coefficient, from: indices.count, reduced: true)
    }

    /// Ends the term whose variables stand behind `start`.
    private mutating func close(_ coefficient: Double, from start: Int, reduced: Bool = false) throws(ProblemError) {
        guard coefficient.isFinite else {
            let product = indices[starts[starts.count - 1]...].map(Int.init)
            indices.removeSubrange(starts[starts.count - 1]...)
            throw .notFinite(.term(product))
        }
        guard coefficients.count < BinaryPolynomial.termLimit else { throw .tooManyTerms(limit: BinaryPolynomial.termLimit) }
        if !reduced { reduce(from: start) }
        starts.append(indices.count)
        coefficients.append(coefficient)
    }

    /// Sorts the variables behind `start` and applies x² = x or s² = 1.
    private mutating func reduce(from start: Int) {
        guard indices.count - start > 1 else { return }
        indices[start...].sort()
        var end = start
        var place = start
        while place < indices.count {
            let variable = indices[place]
            var run = 0
            while place < indices.count, indices[place] == variable { (place, run) = (place + 1, run + 1) }
            if vartype == .binary || !run.isMultiple(of: 2) {
                indices[end] = variable
                end += 1
            }
        }
        guard end < indices.count else { return }
        folded += 1
        indices.removeSubrange(end...)
    }

    /// The terms collected; those whose coefficients sum to 0 are left out.
    public mutating func polynomial() throws(ProblemError) -> BinaryPolynomial {
        let order = sortedTerms()
        var (newStarts, newIndices, sums): ([Int], [Int32], [Double]) = ([0], [], [])
        newIndices.reserveCapacity(indices.count)
        sums.reserveCapacity(order.count)
        var place = 0
        while place < order.count {
            let first = order[place]
            var sum = coefficients[first]
            place += 1
            while place < order.count, compare(order[place], first) == 0 {
                sum += coefficients[order[place]]
                (place, summed) = (place + 1, summed + 1)
            }
            guard sum != 0 else { continue }
            newIndices.append(contentsOf: indices[starts[first]..<starts[first + 1]])
            newStarts.append(newIndices.count)
            sums.append(sum)
        }
        (starts, indices, coefficients) = (newStarts, newIndices, sums)
        return try BinaryPolynomial(vartype: vartype, variables: variables, starts: starts, indices: indices, coefficients: coefficients)
    }

    private func sortedTerms() -> [Int] {
        let isSorted = coefficients.indices.dropFirst().allSatisfy { compare($0 - 1, $0) <= 0 }
        if isSorted { return Array(coefficients.indices) }
        return coefficients.indices.sorted { a, b in
            let order = compare(a, b)
            return order == 0 ? a < b : order < 0
        }
    }

    /// Negative, 0 or positive: by degree, then by variables.
    private func compare(_ a: Int, _ b: Int) -> Int {
        let (rangeA, rangeB) = (starts[a]..<starts[a + 1], starts[b]..<starts[b + 1])
        guard rangeA.count == rangeB.count else { return rangeA.count - rangeB.count }
        for offset in 0..<rangeA.count {
            let (i, j) = (indices[rangeA.lowerBound + offset], indices[rangeB.lowerBound + offset])
            if i != j { return Int(i) - Int(j) }
        }
        return 0
    }
}
