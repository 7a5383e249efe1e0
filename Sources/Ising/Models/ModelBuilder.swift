/// Collects coefficients in any order and makes a model of them. Coefficients of the same term are summed in the order in which they came;
/// a coupling of a variable with itself is folded away, because s² = 1 and x² = x.
public struct ModelBuilder: Sendable {
    public let variables: Int
    public let vartype: Vartype
    /// Couplings that were added to one already there.
    public private(set) var summed = 0
    /// Couplings of a variable with itself: part of the offset (spins) or of the linear coefficient (bits).
    public private(set) var folded = 0

    private var offset = 0.0
    private var linear: [Double]
    private var first: [Int32] = []
    private var second: [Int32] = []
    private var weights: [Double] = []
    /// Whether the couplings have come in ascending order, each pair once or in a run.
    private var isSorted = true

    /// - Throws: `ProblemError.variableCount` for a negative or too large count.
    public init(variables: Int, vartype: Vartype) throws(ProblemError) {
        guard (0...QuadraticTerms.variableLimit).contains(variables) else {
            throw .variableCount(variables, limit: QuadraticTerms.variableLimit)
        }
        self.variables = variables
        self.vartype = vartype
        linear = Array(repeating: 0, count: variables)
    }

    public mutating func add(offset value: Double) throws(ProblemError) {
        guard value.isFinite else { throw .notFinite(.offset) }
        offset += value
        guard offset.isFinite else { throw .overflow(.offset) }
    }

    public mutating func add(linear variable: Int, _ value: Double) throws(ProblemError) {
        try check(variable)
        guard value.isFinite else { throw .notFinite(.linear(variable)) }
        linear[variable] += value
        guard linear[variable].isFinite else { throw .overflow(.linear(variable)) }
    }

    /// Adds `value`·vₐ·v_b; the order of the two variables does not matter.
    public mutating func add(coupling a: Int, _ b: Int, _ value: Double) throws(ProblemError) {
        try check(a)
        try check(b)
        guard value.isFinite else { throw .notFinite(.coupling(a, b)) }
        guard a != b else {
            switch vartype {
            case .spin: try add(offset: value)
            case .binary: try add(linear: a, value)
            }
            folded += 1
            return
        }
        let (low, high) = (Int32(Swift.min(a, b)), Int32(Swift.max(a, b)))
        if let lastFirst = first.last, let lastSecond = second.last {
            if lastFirst == low, lastSecond == high {
                weights[weights.count - 1] += value
                guard weights[weights.count - 1].isFinite else { throw .overflow(.coupling(a, b)) }
                summed += 1
                return
            }
            if (lastFirst, lastSecond) > (low, high) { isSorted = false }
        }
        guard weights.count < QuadraticTerms.interactionLimit else { throw .tooManyInteractions(limit: QuadraticTerms.interactionLimit) }
        first.append(low)
        second.append(high)
        weights.append(value)
    }

    private func check(_ variable: Int) throws(ProblemError) {
        guard (0..<variables).contains(variable) else { throw .variableOutOfRange(variable, variables: variables) }
    }

    /// The coefficients collected. `summed` is complete after this call.
    public mutating func terms() throws(ProblemError) -> QuadraticTerms {
        sortAndSum()
        return try QuadraticTerms(offset: offset, linear: linear, first: first, second: second, weights: weights)
    }

    /// Two stable counting sorts, by second and then by first variable: linear time, and equal pairs keep the order in which they came.
    private mutating func sortAndSum() {
        guard !isSorted else { return }
        let bySecond = Self.order(of: second, after: nil, variables: variables)
        let order = Self.order(of: first, after: bySecond, variables: variables)
        var (sortedFirst, sortedSecond, sortedWeights): ([Int32], [Int32], [Double]) = ([], [], [])
        sortedFirst.reserveCapacity(order.count)
        sortedSecond.reserveCapacity(order.count)
        sortedWeights.reserveCapacity(order.count)
        for edge in order.lazy.map(Int.init) {
            if sortedFirst.last == first[edge], sortedSecond.last == second[edge] {
                sortedWeights[sortedWeights.count - 1] += weights[edge]
                summed += 1
            } else {
                sortedFirst.append(first[edge])
                sortedSecond.append(second[edge])
                sortedWeights.append(weights[edge])
            }
        }
        (first, second, weights) = (sortedFirst, sortedSecond, sortedWeights)
        isSorted = true
    }

    /// The places of `keys` in ascending order of key; equal keys as in `previous`, or as they stand.
    private static func order(of keys: [Int32], after previous: [Int32]?, variables: Int) -> [Int32] {
        var next = [Int](repeating: 0, count: variables + 1)
        for key in keys { next[Int(key) + 1] += 1 }
        for variable in 0..<variables { next[variable + 1] += next[variable] }
        var order = [Int32](repeating: 0, count: keys.count)
        for position in 0..<keys.count {
            let place = previous.map { Int($0[position]) } ?? position
            let key = Int(keys[place])
            order[next[key]] = Int32(place)
            next[key] += 1
        }
        return order
    }
}
