/// Bucket elimination: the exact optimum of a model of small treewidth, any coefficients.
///
/// When its turn comes, a variable v is minimised away. Everything that depends on it, its field, its couplings and the tables left by variables
/// before it, is a function of v and of the neighbours N it has by then:
///
///     table(x_N) = min over s_v of [ h_v·s_v + Σ_{u∈N} J_vu·s_v·s_u + Σ tables that contain v ]
///
/// The table goes to that member of N whose turn comes first. Which value of s_v was the better one is kept, a bit an entry, and after the last
/// variable the values are read back in reverse order. Sums are in Double, exact where the model has a unit.
struct Elimination {
    let task: ExactTask
    let order: EliminationOrder

    /// Bytes that the tables take at most at one time, and the choices.
    var bytes: Double {
        let place = turns
        var (live, most, choices) = (0.0, 0.0, 0.0)
        var waiting = [Double](repeating: 0, count: task.variables)
        for variable in order.order {
            let scope = order.scopes[Int(variable)]
            let entries = Double(sign: .plus, exponent: scope.count, significand: 1)
            most = Swift.max(most, live + 24 * entries)
            live -= waiting[Int(variable)]
            choices += entries / 8
            guard let next = scope.min(by: { place[Int($0)] < place[Int($1)] }) else { continue }
            waiting[Int(next)] += 8 * entries
            live += 8 * entries
        }
        return most + choices
    }

    private var turns: [Int] {
        var place = [Int](repeating: 0, count: task.variables)
        for (position, variable) in order.order.enumerated() { place[Int(variable)] = position }
        return place
    }

    private struct Table {
        let scope: [Int32]
        let values: [Double]
    }

    /// nil when the search was stopped.
    func solve() -> PackedSpins? {
        let terms = task.model.terms
        var waiting = [[Table]](repeating: [], count: task.variables)
        var choices = [PackedSpins](repeating: PackedSpins(count: 0), count: task.variables)
        for variable in order.order.lazy.map(Int.init) {
            let scope = order.scopes[variable]
            guard let (values, better) = minimise(variable, scope, terms, waiting[variable]) else { return nil }
            waiting[variable] = []
            choices[variable] = better
            // Scopes are in the order of turns.
            if let next = scope.first { waiting[Int(next)].append(Table(scope: scope, values: values)) }
        }
        var spins = PackedSpins(count: task.variables)
        for variable in order.order.reversed().lazy.map(Int.init) {
            var entry = 0
            for (bit, other) in order.scopes[variable].enumerated() where spins[Int(other)] { entry |= 1 << bit }
            spins[variable] = choices[variable][entry]
        }
        return spins
    }

    /// The table over `scope`, bit k of an entry's number being its k-th variable, and where s_v = +1 is the better choice.
    private func minimise(_ variable: Int, _ scope: [Int32], _ terms: QuadraticTerms, _ tables: [Table]) -> ([Double], PackedSpins)? {
        let entries = 1 << scope.count
        var down = [Double](repeating: 0, count: entries)
        var up = [Double](repeating: 0, count: entries)
        var couplings = [Double](repeating: 0, count: scope.count)
        for place in terms.adjacency.row(variable) {
            if let bit = scope.firstIndex(of: terms.adjacency.neighbours[place]) { couplings[bit] = terms.adjacency.weights[place] }
        }
        var better = PackedSpins(count: entries)
        // Pieces of 64 K entries between looks at the clock.
        for start in stride(from: 0, to: entries, by: 1 << 16) {
            guard task.poll(updates: Swift.min(entries, 1 << 16)) else { return nil }
            let piece = start..<Swift.min(start + 1 << 16, entries)
            for entry in piece {
                var field = terms.linear[variable]
                for bit in 0..<couplings.count { field += entry >> bit & 1 == 1 ? couplings[bit] : -couplings[bit] }
                down[entry] = -field
                up[entry] = field
            }
            for table in tables { add(table, variable, scope, piece, &down, &up) }
            for entry in piece where up[entry] < down[entry] {
                better[entry] = true
                down[entry] = up[entry]
            }
        }
        return (down, better)
    }

    private func add(_ table: Table, _ variable: Int, _ scope: [Int32], _ piece: Range<Int>, _ down: inout [Double], _ up: inout [Double]) {
        // Where each bit of an entry stands in the numbers of the table; 0 when the table does not depend on it.
        func place(_ other: Int32) -> Int { table.scope.firstIndex(of: other).map { 1 << $0 } ?? 0 }
        let places = scope.map(place)
        let own = place(Int32(variable))
        // Counting up clears the low bits and sets one: what that does to the number.
        var steps = [Int](repeating: 0, count: scope.count)
        var below = 0
        for bit in 0..<scope.count {
            steps[bit] = places[bit] - below
            below += places[bit]
        }
        var number = 0
        for bit in 0..<scope.count where piece.lowerBound >> bit & 1 == 1 { number += places[bit] }
        table.values.withUnsafeBufferPointer { values in
            steps.withUnsafeBufferPointer { steps in
                for entry in piece {
                    down[entry] += values[number]
                    up[entry] += values[number + own]
                    if entry + 1 < piece.upperBound { number += steps[(entry + 1).trailingZeroBitCount] }
                }
            }
        }
    }
}
