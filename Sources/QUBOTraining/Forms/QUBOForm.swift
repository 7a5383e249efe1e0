public import Ising

/// The training of a binary network as a QUBO (derived from arXiv:2107.02751 and 2601.00449 in Documentation/Design/qubo-training.md):
///
///     E = Σ_rows Σ_outputs (how often the bit α_o is wrong) + λ_R·Σ R(ω, α, m) + λ_T·Σ (shifted sum − α − slack)² − rewards + Σ_e h_e·(2ω_e − 1)
///
/// R(ω, α, m) = ωα − 2ωm − 2αm + 3m is 0 where m = ωα, else 1 or 3 (Rosenberg). Inputs are numbers, so edges from inputs need no bits
/// besides their weights; an edge from a hidden neuron needs one product a row; a neuron of n parents one activation and ⌊log2 n⌋ bits of
/// slack a row:
///
///     bits = |E| + rows·(|V| + Σ_v ⌊log2 n_v⌋ + |hidden edges|)
///
/// Which penalties make it exact says `QUBOPenalties`.
public struct QUBOForm: Sendable {
    public let problem: SpinProblem
    public let layout: QUBOLayout
    public let penalties: QUBOPenalties
    public let qubo: QUBO
    /// B of each row.
    public let bounds: [Double]

    /// - Parameters:
    ///   - penalties: λ_R and λ_T; by default what makes every row exact.
    ///   - byteLimit: what building may take, estimated beforehand.
    /// - Throws: `FormError` when it would be too large, for a hinge loss, or for a penalty that is none.
    public init(
        _ problem: SpinProblem, penalties: QUBOPenalties = QUBOPenalties(), byteLimit: Int = FormSize.defaultByteLimit
    ) throws(FormError) {
        guard problem.objective.loss == .hamming else { throw .loss(form: "qubo") }
        try penalties.check()
        let size = Self.size(problem)
        guard size.bytes <= byteLimit, size.variables <= QuadraticTerms.variableLimit, size.interactions <= QuadraticTerms.interactionLimit
        else { throw .tooLarge(size, byteLimit: byteLimit) }
        self.problem = problem
        self.penalties = penalties
        layout = QUBOLayout(problem)
        bounds = (0..<problem.samples.rows).map(problem.penaltyBound)
        do {
            var builder = try QUBOBuilder(problem, layout, penalties, bounds)
            qubo = try builder.qubo()
        } catch { throw .model(error) }
    }

    /// λ of the constraints of a row.
    public func penalty(_ kind: QUBOPenalties.Kind, row: Int) -> Double { penalties[kind] ?? bounds[row] + 1 }

    /// Penalties given that are not above the bound of every row.
    public var warnings: [PenaltyWarning] {
        let bound = bounds.max() ?? 0
        return [QUBOPenalties.Kind.product, .activation].compactMap { kind in
            guard let value = penalties[kind], value <= bound, kind == .activation || layout.hasProducts else { return nil }
            return PenaltyWarning(kind: kind, penalty: value, bound: bound)
        }
    }

    /// The form's size, without building it. Variables are exact.
    public static func size(_ problem: SpinProblem) -> FormSize {
        let network = problem.network
        let rows = Double(problem.samples.rows)
        let worst = problem.objective.margin?.measure == .worst ? Set(problem.rewarded) : []
        var (shared, perRow, interactions, dense) = (Double(network.weights), Double(network.neurons.count), 0.0, 0.0)
        func pairs(_ count: Double) -> Double { count * (count - 1) / 2 }
        for neuron in network.neurons {
            let edges = network.incoming(neuron)
            let hidden = Double(edges.reduce(0) { $0 + (network.edges[$1].source >= network.firstNeuron ? 1 : 0) })
            let (n, slack) = (Double(edges.count), Double(problem.facts(of: neuron).bits - 1))
            perRow += hidden + slack
            // The square of a sum couples all its bits; pairs of weights are the same in all rows.
            interactions += pairs(n) + rows * (pairs(n + 2 * hidden + 1 + slack) - pairs(n))
            dense = max(dense, pairs(n))
            if worst.contains(neuron) {
                shared += slack
                perRow += 2 * slack
                interactions += pairs(slack) + rows * (pairs(4 * slack + 1) - pairs(slack))
            }
        }
        // Couplings as collected, in order twice, and from both of their ends.
        return FormSize(
            form: "qubo", variables: shared + rows * perRow, interactions: interactions,
            bytes: 80 * interactions + 32 * (shared + rows * perRow) + 8 * dense)
    }

    /// The problem as files hold it: bits named as in `layout.names`.
    public var file: Problem { Problem(.qubo(qubo), labels: layout.names.map(VariableLabel.text)) }
}

extension QUBOLayout {
    /// Whether any bit is the product of two others.
    var hasProducts: Bool { (0..<bitsPerRow).contains { if case .product = self[start(ofRow: 0) + $0] { true } else { false } } || sharedBits > 0 }
}
