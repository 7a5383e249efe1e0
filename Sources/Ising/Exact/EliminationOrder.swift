/// An order in which the variables of a graph are eliminated, and what that costs. Eliminating a variable joins its neighbours to one
/// another; the table left behind has an entry for every assignment of them. The least largest number of neighbours over all
/// orders is the treewidth; orders found greedily come close to it.
struct EliminationOrder {
    /// Variables in the order in which they go.
    let order: [Int32]
    /// For each variable, the neighbours it had when it went, in ascending order of their own turns.
    let scopes: [[Int32]]

    var width: Int { scopes.reduce(0) { Swift.max($0, $1.count) } }
    /// Entries of all tables.
    var entries: Double { scopes.reduce(0) { $0 + Double(sign: .plus, exponent: $1.count, significand: 1) } }

    enum Rule { case leastDegree, leastFill }

    /// nil as soon as a variable would leave more than `limit` neighbours, or `poll`, asked now and then, says false.
    init?(_ terms: QuadraticTerms, rule: Rule, limit: Int, poll: () -> Bool) {
        let count = terms.variables
        // A graph of treewidth w has at most w·n edges.
        guard terms.interactions <= limit * Swift.max(count, 1) else { return nil }
        guard var graph = Graph(terms, goOn: poll) else { return nil }
        var order: [Int32] = []
        var scopes = [[Int32]](repeating: [], count: count)
        order.reserveCapacity(count)
        var keys: [Int] = []
        keys.reserveCapacity(count)
        for variable in 0..<count {
            if variable & 15 == 15, rule == .leastFill, !poll() { return nil }
            keys.append(graph.key(Int32(variable), rule))
        }
        var queue = BucketQueue(keys: keys)
        while let variable = queue.popLeast() {
            let neighbours = graph.neighbours(variable)
            guard neighbours.count <= limit, rule == .leastDegree && order.count & 15 != 0 || poll() else { return nil }
            scopes[Int(variable)] = neighbours
            order.append(variable)
            let changed = graph.eliminate(variable, neighbours, rule)
            for other in changed { queue.update(other, key: graph.key(other, rule)) }
        }
        var turn = [Int32](repeating: 0, count: count)
        for (position, variable) in order.enumerated() { turn[Int(variable)] = Int32(position) }
        for variable in 0..<count { scopes[variable].sort { turn[Int($0)] < turn[Int($1)] } }
        self.order = order
        self.scopes = scopes
    }

    /// The better one of the two rules; the second costs more to find, and is tried on small graphs only.
    static func best(_ terms: QuadraticTerms, limit: Int, poll: () -> Bool) -> EliminationOrder? {
        let byDegree = EliminationOrder(terms, rule: .leastDegree, limit: limit, poll: poll)
        guard terms.variables <= 2000, (byDegree?.width ?? .max) > 2 else { return byDegree }
        guard let byFill = EliminationOrder(terms, rule: .leastFill, limit: limit, poll: poll) else { return byDegree }
        guard let byDegree else { return byFill }
        return byFill.entries < byDegree.entries ? byFill : byDegree
    }
}

/// The graph during elimination. Rows may still hold variables that are gone, and are cleaned when they are read.
private struct Graph {
    private var rows: [[Int32]]
    private var degrees: [Int]
    private var gone: [Bool]
    private var edges: Set<UInt64> = []

    /// nil when `goOn`, asked every millisecond of work, says false.
    init?(_ terms: QuadraticTerms, goOn: () -> Bool) {
        rows = [[Int32]](repeating: [], count: terms.variables)
        degrees = [Int](repeating: 0, count: terms.variables)
        gone = [Bool](repeating: false, count: terms.variables)
        edges.reserveCapacity(terms.interactions)
        for edge in 0..<terms.interactions where terms.weights[edge] != 0 {
            if edge & 0xFFF == 0xFFF, !goOn() { return nil }
            connect(terms.first[edge], terms.second[edge])
        }
    }

    private static func pair(_ a: Int32, _ b: Int32) -> UInt64 { UInt64(Swift.min(a, b)) << 32 | UInt64(Swift.max(a, b)) }

    private mutating func connect(_ a: Int32, _ b: Int32) {
        guard edges.insert(Self.pair(a, b)).inserted else { return }
        rows[Int(a)].append(b)
        rows[Int(b)].append(a)
        degrees[Int(a)] += 1
        degrees[Int(b)] += 1
    }

    mutating func neighbours(_ variable: Int32) -> [Int32] {
        rows[Int(variable)].removeAll { gone[Int($0)] }
        return rows[Int(variable)]
    }

    /// What the rule makes small.
    mutating func key(_ variable: Int32, _ rule: EliminationOrder.Rule) -> Int {
        guard rule == .leastFill else { return degrees[Int(variable)] }
        let around = neighbours(variable)
        // Wide rows are out of the question anyway; counting their pairs would take long.
        guard around.count <= 64 else { return around.count * around.count }
        var fill = 0
        for (index, a) in around.enumerated() {
            for b in around[(index + 1)...] where !edges.contains(Self.pair(a, b)) { fill += 1 }
        }
        return fill
    }

    /// Joins the neighbours; returns the variables whose key may have changed.
    mutating func eliminate(_ variable: Int32, _ around: [Int32], _ rule: EliminationOrder.Rule) -> [Int32] {
        gone[Int(variable)] = true
        for other in around {
            degrees[Int(other)] -= 1
            edges.remove(Self.pair(variable, other))
        }
        var joined = false
        for (index, a) in around.enumerated() {
            for b in around[(index + 1)...] where !edges.contains(Self.pair(a, b)) {
                connect(a, b)
                joined = true
            }
        }
        rows[Int(variable)] = []
        guard rule == .leastFill, joined else { return around }
        // A new edge also closes a pair for those who know both of its ends.
        var changed = Set(around)
        for a in around { changed.formUnion(neighbours(a)) }
        return changed.sorted()
    }
}

/// Variables by small integer keys. Entries that an update made stale are skipped when they come up.
private struct BucketQueue {
    private var buckets: [[Int32]] = []
    private var keys: [Int]
    private var least = 0

    init(keys: [Int]) {
        self.keys = keys
        // From the back, so that lower variables come first among equals.
        for variable in stride(from: keys.count - 1, through: 0, by: -1) { push(Int32(variable)) }
    }

    private mutating func push(_ variable: Int32) {
        let key = keys[Int(variable)]
        while buckets.count <= key { buckets.append([]) }
        buckets[key].append(variable)
        least = Swift.min(least, key)
    }

    mutating func update(_ variable: Int32, key: Int) {
        guard keys[Int(variable)] != key else { return }
        keys[Int(variable)] = key
        push(variable)
    }

    mutating func popLeast() -> Int32? {
        while least < buckets.count {
            guard let variable = buckets[least].popLast() else {
                least += 1
                continue
            }
            if keys[Int(variable)] == least {
                keys[Int(variable)] = -1
                return variable
            }
        }
        return nil
    }
}
