/// Which reductions to make.
public struct ReductionOptions: Hashable, Sendable, Codable {
    /// Variables of at most this many couplings are eliminated: 0 to 3. Of three only where there is no field.
    public var greatestDegree = 2
    /// Whether a variable that one coupling dominates follows its neighbour.
    public var pairs = true
    /// Whether roof duality is tried when nothing else helps.
    public var roofDuality = true
    /// How often eliminations may halve the unit of the coefficients: a finer unit makes larger integers.
    public var halvings = 6
    /// The most arcs that roof duality may look at in all, four a coupling and field each time it goes through the network. Where they do not
    /// suffice for once, it is left out.
    public var flowSteps = 20_000_000

    public init() {}
}

// A variable k with field h and couplings J to its neighbours can be decided, or taken out, in these cases. In all of them the least energy
// is kept, and some optimum is.
//
//   |h| ≥ Σ|J|              s_k = −sign(h), whatever the neighbours are
//   |J_i| ≥ |h| + Σ_{≠i}|J|  s_k = −sign(J_i)·s_i, whatever the others are
//   two couplings           min over s_k is −|h + a·sᵢ + b·sⱼ|: four values, which a constant, two fields and a coupling can be
//   three, and h = 0        −|a·sᵢ + b·sⱼ + c·sₗ| does not change when all three flip: four values, a constant and three couplings
//
// The first two keep integers; the others make halves of them at most. One coupling is always a case of the first or the second.

extension IsingModel {
    /// The model without the variables that cheap and exact rules decide or take out, repeated until none applies.
    /// - Throws: `ProblemError.overflow` when a sum of coefficients leaves the range of a Double.
    public func reduced(_ options: ReductionOptions = ReductionOptions()) throws(ProblemError) -> Reduction {
        var graph = ReductionGraph(self)
        let finest = terms.unit.map { $0 * Double(sign: .plus, exponent: -options.halvings, significand: 1) }
        graph.applyRules(options, finest: finest)
        guard options.roofDuality, graph.remaining > 0 else { return try graph.reduction() }
        var steps = options.flowSteps
        while true {
            let reduction = try graph.reduction()
            guard steps > 0 else { return reduction }
            let dual = reduction.model.roofDual(stepLimit: steps)
            guard dual.decided > 0 else { return reduction }
            steps -= dual.steps
            for (place, value) in dual.values.enumerated() where value != 0 { graph.fix(reduction.kept[place], to: value) }
            graph.applyRules(options, finest: finest)
        }
    }
}

extension ReductionGraph {
    fileprivate mutating func applyRules(_ options: ReductionOptions, finest: Double?) {
        while let variable = nextChanged() {
            let field = fields[Int(variable)]
            let (sum, greatest, neighbour) = extremes(variable)
            if field.magnitude >= sum {
                fix(variable, to: field > 0 ? -1 : 1)
            } else if options.pairs || degrees[Int(variable)] <= Swift.min(options.greatestDegree, 1),
                greatest.magnitude >= sum - greatest.magnitude + field.magnitude
            {
                merge(variable, into: neighbour, sign: greatest > 0 ? -1 : 1)
            } else if degrees[Int(variable)] <= options.greatestDegree {
                eliminate(variable, field: field, finest: finest)
            }
        }
    }

    /// Takes out a variable of two couplings, or of three and no field, unless the coefficients would get finer than allowed.
    private mutating func eliminate(_ variable: Int32, field h: Double, finest: Double?) {
        let couplings = couplings(variable)
        func isFine(_ values: [Double]) -> Bool {
            guard let finest else { return true }
            return values.allSatisfy { ($0 / finest).rounded() == $0 / finest }
        }
        switch couplings.count {
        case 2:
            let (a, b) = (couplings[0].weight, couplings[1].weight)
            let (pp, pm, mp, mm) = (-(h + a + b).magnitude, -(h + a - b).magnitude, -(h - a + b).magnitude, -(h - a - b).magnitude)
            let constant = (pp + pm + mp + mm) / 4
            let (first, second, both) = ((pp + pm - mp - mm) / 4, (pp - pm + mp - mm) / 4, (pp - pm - mp + mm) / 4)
            guard isFine([constant, first, second, both]) else { return }
            eliminate(variable)
            add(offset: constant)
            add(field: first, to: couplings[0].neighbour)
            add(field: second, to: couplings[1].neighbour)
            add(coupling: both, couplings[0].neighbour, couplings[1].neighbour)
        case 3 where h == 0:
            let (a, b, c) = (couplings[0].weight, couplings[1].weight, couplings[2].weight)
            let (all, oddC, oddB, oddA) = (-(a + b + c).magnitude, -(a + b - c).magnitude, -(a - b + c).magnitude, -(b + c - a).magnitude)
            let constant = (all + oddC + oddB + oddA) / 4
            let (ab, ac, bc) = ((all + oddC - oddB - oddA) / 4, (all - oddC + oddB - oddA) / 4, (all - oddC - oddB + oddA) / 4)
            guard isFine([constant, ab, ac, bc]) else { return }
            eliminate(variable)
            add(offset: constant)
            add(coupling: ab, couplings[0].neighbour, couplings[1].neighbour)
            add(coupling: ac, couplings[0].neighbour, couplings[2].neighbour)
            add(coupling: bc, couplings[1].neighbour, couplings[2].neighbour)
        default: break
        }
    }
}
