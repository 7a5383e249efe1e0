/// The order of positions for `BranchAndBound`.
enum PositionOrder {
    /// Grows the set of the first positions by the variable that is coupled most to those inside and least to those outside, so that the free
    /// and the fixed have as little in common as possible at every level.
    /// - Parameter goOn: asked every millisecond of work; nil is returned when it says false.
    static func of(_ terms: QuadraticTerms, goOn: () -> Bool) -> [Int]? {
        let count = terms.variables
        let adjacency = terms.adjacency
        // Weight to the inside minus weight to the outside.
        var pull = (0..<count).map { variable in -adjacency.row(variable).reduce(0) { $0 + adjacency.weights[$1].magnitude } }
        var taken = [Bool](repeating: false, count: count)
        var order: [Int] = []
        for position in 0..<count {
            if position & 63 == 0, !goOn() { return nil }
            var next = -1
            for variable in 0..<count where !taken[variable] && (next < 0 || pull[variable] > pull[next]) { next = variable }
            taken[next] = true
            order.append(next)
            for place in adjacency.row(next) { pull[Int(adjacency.neighbours[place])] += 2 * adjacency.weights[place].magnitude }
        }
        return order
    }
}
