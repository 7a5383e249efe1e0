/// An assignment of a constrained model while it is searched: what flipping each variable would change is known at any time.
///
/// For every variable i the state keeps fᵢ, the sum of c_t·Π over the other variables of t, over the terms t with i. For spins a flip changes the
/// objective by −2·sᵢ·fᵢ, for bits by ±fᵢ. Terms of bits keep how many of their bits are 0: only terms that have none or one left matter to anyone.
/// Where the model has a unit all sums are exact; otherwise `refresh` removes what rounding has added up.
package struct PolynomialState {
    /// What does not change during a search, shared by all its states.
    package struct Layout: Sendable {
        package let model: ConstrainedModel
        let isSpin: Bool
        /// The terms of each variable, the constant left out.
        var termStarts: [Int32]
        var termsOf: [Int32] = []
        /// The constraints of each variable, with what its flip to 1 adds to their activities.
        var constraintStarts: [Int32]
        var constraintsOf: [Int32] = []
        var stepsOf: [Double] = []
        /// Between which activities a constraint holds, what rounding may make of them included.
        var lows: [Double]
        var highs: [Double]
        /// A violation is measured in the least coefficient of its constraint.
        var scales: [Double]
        /// Whether all sums are exact.
        let isExact: Bool

        package init(_ model: ConstrainedModel) {
            guard let whole = Self(model, goOn: { true }) else { preconditionFailure("nothing stops this layout") }
            self = whole
        }

        /// nil when `goOn`, asked every millisecond of work, says false.
        init?(_ model: ConstrainedModel, goOn: () -> Bool) {
            self.model = model
            let (objective, count) = (model.objective, model.variables)
            isSpin = model.vartype == .spin
            var rows = [Int32](repeating: 0, count: count + 1)
            for (place, index) in objective.indices.enumerated() {
                rows[Int(index) + 1] += 1
                if place & 0xFFFFF == 0xFFFFF, !goOn() { return nil }
            }
            for variable in 0..<count { rows[variable + 1] += rows[variable] }
            termStarts = rows
            termsOf = Array(repeating: 0, count: objective.indices.count)
            for term in 0..<objective.terms {
                if term & 0xFFFF == 0xFFFF, !goOn() { return nil }
                for index in objective.indices[objective.term(term)] {
                    termsOf[Int(rows[Int(index)])] = Int32(term)
                    rows[Int(index)] += 1
                }
            }
            var lists = [[(Int32, Double)]](repeating: [], count: model.constraints.isEmpty ? 0 : count)
            for (number, constraint) in model.constraints.enumerated() {
                for (variable, value) in zip(constraint.variables, constraint.coefficients) {
                    lists[Int(variable)].append((Int32(number), isSpin ? 2 * value : value))
                }
            }
            constraintStarts = [0]
            for variable in 0..<count {
                for (number, step) in lists.isEmpty ? [] : lists[variable] {
                    constraintsOf.append(number)
                    stepsOf.append(step)
                }
                constraintStarts.append(Int32(constraintsOf.count))
            }
            isExact = objective.unit != nil && model.constraints.allSatisfy { $0.unit != nil }
            lows = model.constraints.map { $0.sense == .atMost ? -.infinity : $0.bound - $0.tolerance }
            highs = model.constraints.map { $0.sense == .atLeast ? .infinity : $0.bound + $0.tolerance }
            scales = model.constraints.map { constraint in
                let least = constraint.coefficients.reduce(Double.infinity) { Swift.min($0, $1.magnitude) }
                return least.isFinite ? 1 / least : 1
            }
        }

        @inline(__always)
        func violation(_ constraint: Int, _ activity: Double) -> Double {
            Swift.max(activity - highs[constraint], lows[constraint] - activity, 0)
        }
    }

    package let layout: Layout
    package private(set) var bits: [UInt8]
    /// The objective.
    package private(set) var energy = 0.0
    /// Constraints that do not hold.
    package private(set) var violated = 0
    /// What a violation of one step of each constraint costs.
    package var weights: [Double]
    private var fields: [Double] = []
    /// Of bits: how many of a term's are 0. Of spins: 1 where the product is −1.
    private var counts: [Int32] = []
    private var activities: [Double] = []
    /// Entries touched by flips since this was last set to 0.
    package var work = 0

    package init(_ layout: Layout, bits: [UInt8], weights: [Double]) {
        guard let whole = Self(layout, bits: bits, weights: weights, goOn: { true }) else { preconditionFailure("nothing stops this state") }
        self = whole
    }

    /// nil when `goOn`, asked every millisecond of work, says false.
    init?(_ layout: Layout, bits: [UInt8], weights: [Double], goOn: () -> Bool) {
        self.layout = layout
        self.bits = bits
        self.weights = weights
        guard refresh(goOn: goOn) else { return nil }
    }

    /// Computes everything from the bits.
    /// - Parameter goOn: asked every millisecond of work.
    /// - Returns: false when `goOn` said so; only the bits are right then.
    @discardableResult
    package mutating func refresh(goOn: () -> Bool = { true }) -> Bool {
        let (objective, constraints) = (layout.model.objective, layout.model.constraints)
        energy = objective.energy(of: bits)
        guard goOn() else { return false }
        counts.removeAll(keepingCapacity: true)
        counts.reserveCapacity(objective.terms)
        for term in 0..<objective.terms {
            if term & 0x3FFFF == 0x3FFFF, !goOn() { return false }
            let zeros = objective.indices[objective.term(term)].reduce(Int32(0)) { $0 + (bits[Int($1)] == 0 ? 1 : 0) }
            counts.append(layout.isSpin ? zeros & 1 : zeros)
        }
        fields = Array(repeating: 0, count: bits.count)
        var looked: Int32 = 0
        for variable in bits.indices {
            if layout.termStarts[variable] - looked > 1 << 17 {
                looked = layout.termStarts[variable]
                guard goOn() else { return false }
            }
            for place in layout.termStarts[variable]..<layout.termStarts[variable + 1] {
                let term = Int(layout.termsOf[Int(place)])
                let value = objective.coefficients[term]
                if layout.isSpin {
                    // The product without this variable's own sign.
                    fields[variable] += (counts[term] == 1) == (bits[variable] == 1) ? -value : value
                } else if counts[term] == (bits[variable] == 0 ? 1 : 0) {
                    fields[variable] += value
                }
            }
        }
        activities = constraints.map { $0.activity(of: bits, vartype: layout.model.vartype) }
        violated = constraints.indices.count { layout.violation($0, activities[$0]) > 0 }
        return true
    }

    /// Which constraints do not hold.
    package var violations: [Bool] { activities.indices.map { layout.violation($0, activities[$0]) > 0 } }

    /// What a flip would add to the objective.
    @inline(__always)
    package func objectiveChange(_ variable: Int) -> Double {
        let field = bits[variable] == 1 ? -fields[variable] : fields[variable]
        return layout.isSpin ? 2 * field : field
    }

    /// What a flip would add to objective and penalties.
    package func change(_ variable: Int) -> Double {
        var change = objectiveChange(variable)
        for place in layout.constraintStarts[variable]..<layout.constraintStarts[variable + 1] {
            let number = Int(layout.constraintsOf[Int(place)])
            let step = bits[variable] == 1 ? -layout.stepsOf[Int(place)] : layout.stepsOf[Int(place)]
            let (before, after) = (layout.violation(number, activities[number]), layout.violation(number, activities[number] + step))
            change += weights[number] * layout.scales[number] * (after - before)
        }
        return change
    }

    package mutating func flip(_ variable: Int) {
        energy += objectiveChange(variable)
        let isOne = bits[variable] == 1
        let rows = layout.termStarts[variable]..<layout.termStarts[variable + 1]
        if layout.isSpin { flipSpinTerms(variable, rows, isOne: isOne) } else { flipBitTerms(variable, rows, isOne: isOne) }
        for place in layout.constraintStarts[variable]..<layout.constraintStarts[variable + 1] {
            let number = Int(layout.constraintsOf[Int(place)])
            let before = layout.violation(number, activities[number]) > 0
            activities[number] += isOne ? -layout.stepsOf[Int(place)] : layout.stepsOf[Int(place)]
            let after = layout.violation(number, activities[number]) > 0
            violated += (after ? 1 : 0) - (before ? 1 : 0)
        }
        bits[variable] ^= 1
        work += rows.count
    }

    private mutating func flipSpinTerms(_ variable: Int, _ rows: Range<Int32>, isOne: Bool) {
        let objective = layout.model.objective
        for place in rows {
            let term = Int(layout.termsOf[Int(place)])
            let value = objective.coefficients[term]
            for entry in objective.starts[term]..<objective.starts[term + 1] {
                let other = Int(objective.indices[entry])
                guard other != variable else { continue }
                // The product without `other` changes its sign.
                fields[other] += 2 * ((counts[term] == 1) == (bits[other] == 1) ? value : -value)
                work += 1
            }
            counts[term] ^= 1
        }
    }

    private mutating func flipBitTerms(_ variable: Int, _ rows: Range<Int32>, isOne: Bool) {
        let objective = layout.model.objective
        for place in rows {
            let term = Int(layout.termsOf[Int(place)])
            let others = counts[term] - (isOne ? 0 : 1)
            counts[term] += isOne ? 1 : -1
            guard others <= 1 else { continue }
            let value = isOne ? -objective.coefficients[term] : objective.coefficients[term]
            for entry in objective.starts[term]..<objective.starts[term + 1] {
                let other = Int(objective.indices[entry])
                // With all others 1, each of them gains or loses the term; with one 0, only that one.
                if other != variable, others == 0 || bits[other] == 0 { fields[other] += value }
                work += 1
            }
        }
    }
}
