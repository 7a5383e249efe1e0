/// A model whose variables can be taken out one by one. Couplings are pairs of half-edges 2e and 2e + 1, each in the doubly linked list of one of the
/// two variables, so that one is removed in constant time.
struct ReductionGraph {
    private(set) var offset: Double
    private(set) var fields: [Double]
    private(set) var isPresent: [Bool]
    private(set) var degrees: [Int32]
    private(set) var steps: [Reduction.Step] = []
    private(set) var remaining: Int

    private var head: [Int32]
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var target: [Int32] = []
    private var weight: [Double] = []
    private var free: [Int32] = []

    /// Variables whose field or couplings have changed since they were last taken from here, each once.
    private var queue: [Int32]
    private var queueStart = 0
    private var isQueued: [Bool]
    /// While two variables are merged: the half-edge of the one that stays to each variable; −1 for none.
    private var edgeTo: [Int32]

    init(_ model: IsingModel) {
        let (terms, count) = (model.terms, model.variables)
        offset = terms.offset
        fields = terms.linear
        isPresent = Array(repeating: true, count: count)
        degrees = Array(repeating: 0, count: count)
        head = Array(repeating: -1, count: count)
        remaining = count
        queue = Array(0..<Int32(count))
        isQueued = Array(repeating: true, count: count)
        edgeTo = Array(repeating: -1, count: count)
        for edge in 0..<terms.interactions where terms.weights[edge] != 0 { link(terms.first[edge], terms.second[edge], terms.weights[edge]) }
    }

    mutating func nextChanged() -> Int32? {
        while queueStart < queue.count {
            let variable = queue[queueStart]
            queueStart += 1
            isQueued[Int(variable)] = false
            if isPresent[Int(variable)] { return variable }
        }
        queue.removeAll(keepingCapacity: true)
        queueStart = 0
        return nil
    }

    private mutating func touch(_ variable: Int32) {
        guard !isQueued[Int(variable)] else { return }
        isQueued[Int(variable)] = true
        queue.append(variable)
    }

    /// The couplings of a variable.
    func couplings(_ variable: Int32) -> [(neighbour: Int32, weight: Double)] {
        var result: [(Int32, Double)] = []
        result.reserveCapacity(Int(degrees[Int(variable)]))
        var edge = head[Int(variable)]
        while edge >= 0 {
            result.append((target[Int(edge)], weight[Int(edge)]))
            edge = next[Int(edge)]
        }
        return result
    }

    /// Over the couplings of a variable: the sum of their magnitudes, and the one of the greatest.
    func extremes(_ variable: Int32) -> (sum: Double, greatest: Double, neighbour: Int32) {
        var (sum, greatest, neighbour): (Double, Double, Int32) = (0, 0, -1)
        var edge = head[Int(variable)]
        while edge >= 0 {
            let value = weight[Int(edge)]
            sum += value.magnitude
            // Of equals, the one of the lowest neighbour, whatever the order of the list.
            if value.magnitude > greatest.magnitude || (value.magnitude == greatest.magnitude && target[Int(edge)] < neighbour) {
                (greatest, neighbour) = (value, target[Int(edge)])
            }
            edge = next[Int(edge)]
        }
        return (sum, greatest, neighbour)
    }

    // MARK: Changes

    /// Gives a variable a value.
    mutating func fix(_ variable: Int32, to value: Int8) {
        guard isPresent[Int(variable)] else { return }
        offset += fields[Int(variable)] * Double(value)
        for (neighbour, weight) in couplings(variable) { add(field: weight * Double(value), to: neighbour) }
        remove(variable)
        steps.append(.fixed(variable, value))
    }

    /// Replaces a variable by another one times a sign.
    mutating func merge(_ variable: Int32, into other: Int32, sign: Int8) {
        let factor = Double(sign)
        let moved = couplings(variable)
        let field = fields[Int(variable)]
        remove(variable)
        add(field: field * factor, to: other)
        // With marks, each coupling finds its like at once, however many the two variables have.
        var edge = head[Int(other)]
        while edge >= 0 {
            edgeTo[Int(target[Int(edge)])] = edge
            edge = next[Int(edge)]
        }
        for (neighbour, weight) in moved {
            if neighbour == other {
                offset += weight * factor
            } else if edgeTo[Int(neighbour)] >= 0 {
                add(weight: weight * factor, to: edgeTo[Int(neighbour)])
            } else {
                link(other, neighbour, weight * factor)
            }
            edgeTo[Int(neighbour)] = -1
            touch(neighbour)
        }
        edge = head[Int(other)]
        while edge >= 0 {
            edgeTo[Int(target[Int(edge)])] = -1
            edge = next[Int(edge)]
        }
        steps.append(.merged(variable, into: other, sign: sign))
    }

    private mutating func add(weight value: Double, to edge: Int32) {
        weight[Int(edge)] += value
        weight[Int(edge ^ 1)] += value
        if weight[Int(edge)] == 0 { unlink(edge) }
    }

    /// Takes a variable out that its neighbours determine; the caller adds what its energy is as a function of them.
    mutating func eliminate(_ variable: Int32) {
        let couplings = couplings(variable)
        steps.append(
            .eliminated(variable, field: fields[Int(variable)], neighbours: couplings.map(\.neighbour), weights: couplings.map(\.weight)))
        remove(variable)
    }

    mutating func add(offset value: Double) { offset += value }

    mutating func add(field value: Double, to variable: Int32) {
        fields[Int(variable)] += value
        touch(variable)
    }

    mutating func add(coupling value: Double, _ a: Int32, _ b: Int32) {
        guard value != 0 else { return }
        let (short, long) = degrees[Int(a)] <= degrees[Int(b)] ? (a, b) : (b, a)
        var edge = head[Int(short)]
        while edge >= 0, target[Int(edge)] != long { edge = next[Int(edge)] }
        if edge >= 0 {
            add(weight: value, to: edge)
        } else {
            link(a, b, value)
        }
        touch(a)
        touch(b)
    }

    private mutating func remove(_ variable: Int32) {
        while head[Int(variable)] >= 0 {
            let edge = head[Int(variable)]
            touch(target[Int(edge)])
            unlink(edge)
        }
        isPresent[Int(variable)] = false
        remaining -= 1
    }

    // MARK: Lists

    private mutating func link(_ a: Int32, _ b: Int32, _ value: Double) {
        let edge: Int32
        if let reused = free.popLast() {
            edge = reused
        } else {
            edge = Int32(target.count)
            for _ in 0..<2 {
                next.append(-1)
                previous.append(-1)
                target.append(0)
                weight.append(0)
            }
        }
        for (half, from, to) in [(edge, a, b), (edge + 1, b, a)] {
            target[Int(half)] = to
            weight[Int(half)] = value
            previous[Int(half)] = -1
            next[Int(half)] = head[Int(from)]
            if head[Int(from)] >= 0 { previous[Int(head[Int(from)])] = half }
            head[Int(from)] = half
            degrees[Int(from)] += 1
        }
    }

    private mutating func unlink(_ anyHalf: Int32) {
        let edge = anyHalf & ~1
        for half in [edge, edge + 1] {
            let from = target[Int(half ^ 1)]
            let (before, after) = (previous[Int(half)], next[Int(half)])
            if before >= 0 { next[Int(before)] = after } else { head[Int(from)] = after }
            if after >= 0 { previous[Int(after)] = before }
            degrees[Int(from)] -= 1
        }
        free.append(edge)
    }

    // MARK: Result

    /// What remains now, and the steps that led here.
    func reduction() throws(ProblemError) -> Reduction {
        let kept = isPresent.indices.filter { isPresent[$0] }.map(Int32.init)
        var place = [Int32](repeating: -1, count: isPresent.count)
        for (index, variable) in kept.enumerated() { place[Int(variable)] = Int32(index) }
        var builder = try ModelBuilder(variables: kept.count, vartype: .spin)
        try builder.add(offset: offset)
        for (index, variable) in kept.enumerated() {
            try builder.add(linear: index, fields[Int(variable)])
            var edge = head[Int(variable)]
            while edge >= 0 {
                let neighbour = target[Int(edge)]
                if neighbour > variable { try builder.add(coupling: index, Int(place[Int(neighbour)]), weight[Int(edge)]) }
                edge = next[Int(edge)]
            }
        }
        return Reduction(model: IsingModel(terms: try builder.terms()), kept: kept, sourceVariables: isPresent.count, steps: steps)
    }
}
