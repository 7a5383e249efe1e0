public import Ising

/// The training of a binary network as a polynomial in its weights alone: no bit besides them, no penalty, no bound.
///
/// The sign of a sum of signs is a multilinear polynomial of them (`FourierCoefficients`); a neuron's signs are its weights times its
/// parents' values, themselves polynomials, and so on down to the inputs, which are numbers. The loss of an output is linear in its value:
/// Σ ½(p + n) + ½(n − p)·a with p and n the samples that want +1 and −1; margins are functions of the same sum. All rows have the same
/// products, so samples cost no terms. A neuron of n inputs costs 2^(n−1) products or 2^n, and those of its parents multiply: 7-3-1 has
/// 262,336, 9-3-1 more than 16 million. For narrow fan-ins, exactly; where it does not fit, the weights form is the same function without
/// the terms.
public struct PolynomialForm: Sendable {
    public let problem: SpinProblem
    /// Of the weights as spins: its value is the objective.
    public let polynomial: BinaryPolynomial

    /// Terms that a form may have unless told otherwise.
    public static let defaultTermLimit = 1 << 20

    /// - Throws: `FormError` when it would have more terms than the limit or 128 weights, for a hinge loss, or for worst margins.
    public init(_ problem: SpinProblem, termLimit: Int = Self.defaultTermLimit) throws(FormError) {
        guard problem.objective.loss == .hamming else { throw .loss(form: "polynomial") }
        guard problem.objective.margin?.measure != .worst || problem.rewarded.isEmpty else { throw .worstMargin }
        guard problem.network.weights <= SparsePolynomial.variableLimit else {
            throw .tooManyWeights(problem.network.weights, limit: SparsePolynomial.variableLimit)
        }
        let size = Self.size(problem)
        guard size.interactions <= termLimit else {
            throw .tooLarge(size, byteLimit: FormSize.clamped(Double(termLimit) * Self.bytesPerTerm(problem)))
        }
        self.problem = problem
        do { polynomial = try Self.built(PolynomialExpansion(problem).terms(), problem.network.weights) } catch { throw .model(error) }
    }

    private static func built(_ terms: SparsePolynomial, _ weights: Int) throws(ProblemError) -> BinaryPolynomial {
        var builder = try PolynomialBuilder(variables: weights, vartype: .spin)
        for (product, coefficient) in zip(terms.products, terms.coefficients) {
            try builder.add(coefficient, (0..<weights).filter { product >> $0 & 1 == 1 })
        }
        return try builder.polynomial()
    }

    /// An upper bound of the form's size, without building it: products that differently composed terms share are counted for each. There
    /// are never more than 2^weights.
    public static func size(_ problem: SpinProblem) -> FormSize {
        let network = problem.network
        var counts = [Double](repeating: 1, count: network.units)
        var total = Double(problem.objective.linear.isEmpty ? 0 : network.weights)
        let (outputs, rewarded) = (Set(network.outputs), Set(problem.rewarded))
        let most = network.weights < 1000 ? Double(sign: .plus, exponent: network.weights, significand: 1) : .infinity
        for neuron in network.neurons {
            let edges = network.incoming(neuron)
            guard edges.count <= 64 else {
                counts[neuron] = .infinity
                if outputs.contains(neuron) || rewarded.contains(neuron) { total = .infinity }
                continue
            }
            // Σ over sets of k parents of the product of their terms, for every k.
            var sums = [1.0] + [Double](repeating: 0, count: edges.count)
            for (index, edge) in edges.enumerated() {
                let terms = counts[network.edges[edge].source]
                for k in stride(from: index + 1, to: 0, by: -1) { sums[k] += sums[k - 1] * terms }
            }
            let isOdd = problem.facts(of: neuron).counts && !edges.count.isMultiple(of: 2)
            let whole = sums.reduce(0, +)
            counts[neuron] = min(isOdd ? stride(from: 1, through: edges.count, by: 2).reduce(0.0) { $0 + sums[$1] } : whole, most)
            if rewarded.contains(neuron) { total += min(whole, most) } else if outputs.contains(neuron) { total += counts[neuron] }
        }
        total = min(total + 1, most)
        return FormSize(
            form: "polynomial", variables: Double(network.weights), interactions: total, bytes: total * bytesPerTerm(problem))
    }

    /// Products as collected, and as lists of on average half the weights.
    private static func bytesPerTerm(_ problem: SpinProblem) -> Double { 120 + 6 * Double(problem.network.weights) }

    /// The problem as files hold it.
    /// - Throws: `FormError.model`, which does not happen.
    public func file() throws(FormError) -> ConstrainedProblem {
        do {
            return ConstrainedProblem(
                try ConstrainedModel(objective: polynomial), labels: (0..<problem.network.weights).map { VariableLabel.text("w[\($0)]") })
        } catch { throw .model(error) }
    }
}

/// Multiplies a network out, row by row.
struct PolynomialExpansion {
    private let problem: SpinProblem

    init(_ problem: SpinProblem) { self.problem = problem }

    func terms() -> SparsePolynomial {
        let network = problem.network
        var sum: [UInt128: Double] = [:]
        var outputs: [Int: Int] = [:]
        for (output, neuron) in network.outputs.enumerated() { outputs[neuron] = output }
        let rewarded = Set(problem.rewarded)
        var readers = [Bool](repeating: false, count: network.units)
        for edge in network.edges { readers[edge.source] = true }
        for row in 0..<problem.samples.rows {
            // The neurons' values as polynomials; of units before the first neuron none.
            var values: [SparsePolynomial] = []
            for neuron in network.neurons {
                let value = expansion(row, neuron, values, of: { $0 >= 0 ? 1 : -1 })
                if let output = outputs[neuron] {
                    let on = Double(problem.samples.errors(row, output: output, isPositive: true))
                    let off = Double(problem.samples.errors(row, output: output, isPositive: false))
                    sum[0, default: 0] += (on + off) / 2
                    value.add(to: &sum, times: (on - off) / 2, 0)
                }
                if rewarded.contains(neuron) {
                    let facts = problem.facts(of: neuron)
                    let reward = problem.marginWeight(of: neuron) * Double(problem.samples.weights[row])
                    expansion(row, neuron, values, of: { Double(facts.margin($0)) }).add(to: &sum, times: -reward, 0)
                }
                values.append(readers[neuron] ? value : SparsePolynomial())
            }
        }
        for (edge, value) in problem.objective.linear.enumerated() { sum[UInt128(1) << edge, default: 0] += value }
        return SparsePolynomial(sum)
    }

    /// A function of a neuron's sum as a polynomial of the weights.
    /// - Parameter values: the polynomials of the neurons before.
    private func expansion(_ row: Int, _ neuron: Int, _ values: [SparsePolynomial], of function: (Int) -> Double) -> SparsePolynomial {
        let network = problem.network
        let edges = Array(network.incoming(neuron))
        // Edges from inputs first: a bit of a mask each.
        let inputs = edges.filter { network.edges[$0].source < network.firstNeuron }
        let hidden = edges.filter { network.edges[$0].source >= network.firstNeuron }
        let data = inputs.map { edge -> Int in
            let source = network.edges[edge].source
            return source < network.inputs ? Int(problem.samples.values[row * network.inputs + source]) : 1
        }
        let isSymmetric = problem.facts(of: neuron).counts
        let coefficients =
            isSymmetric
            ? FourierCoefficients.symmetric(edges.count, function)
            : FourierCoefficients.general(data.map(abs) + hidden.map { _ in 1 }, function)
        func coefficient(_ mask: Int) -> Double { coefficients[isSymmetric ? mask.nonzeroBitCount : mask] }
        var sum: [UInt128: Double] = [:]
        func expand(_ place: Int, _ chosen: Int, _ product: SparsePolynomial) {
            if place < hidden.count {
                expand(place + 1, chosen, product)
                var next = values[network.edges[hidden[place]].source - network.firstNeuron]
                let weight = UInt128(1) << hidden[place]
                next = SparsePolynomial(products: next.products.map { $0 ^ weight }, coefficients: next.coefficients)
                expand(place + 1, chosen | 1 << (inputs.count + place), product * next)
                return
            }
            for mask in 0..<(1 << inputs.count) {
                let factor = coefficient(chosen | mask)
                guard factor != 0 else { continue }
                var (isNegative, key) = (false, 0 as UInt128)
                for (bit, edge) in inputs.enumerated() where mask >> bit & 1 == 1 {
                    key |= UInt128(1) << edge
                    if data[bit] < 0 { isNegative.toggle() }
                }
                product.add(to: &sum, times: isNegative ? -factor : factor, key)
            }
        }
        expand(0, 0, .constant(1))
        return SparsePolynomial(sum)
    }
}
