/// The network whose maximum flow is the roof dual of an Ising model (Hammer, Hansen and Simeone 1984; Boros and Hammer 2002).
///
/// Node 2i says sᵢ = +1 and node 2i + 1 says sᵢ = −1; `source` is true, `sink` is false, and node ^ 1 is the opposite. An arc u → v of capacity c
/// says that u without v costs 2c, and comes with its mirror v̄ → ū. With
///
///     J·s·s′ = −|J| + 2|J|·[they disagree with J]      h·s = −|h| + 2|h|·[s agrees with h]
///
/// a coupling becomes u — v and ū — v̄ in both directions, capacity |J|, v being s′ where J < 0 and its opposite where J > 0; a field the arcs
/// source → ū and u → sink, capacity |h|, u being the sign of h. Each of these gadgets has four arcs, u → v, v → u, ū → v̄ and v̄ → ū: the first two are
/// each other's reverse, and so are the others; first and last mirror each other, and so do the middle ones.
struct ImplicationNetwork {
    let source: Int32
    let sink: Int32
    /// The arcs of node u are those from `starts[u]` on.
    private var starts: [Int32]
    private var targets: [Int32]
    private var reverses: [Int32]
    private var mirrors: [Int32]
    private var residual: [Int64]
    private(set) var flow: Int64 = 0
    private(set) var isMaximal = false
    /// Distances from the source along arcs with room; at the end −1 for what is out of reach.
    private var levels: [Int32]
    private(set) var stepsLeft: Int

    /// - Parameters:
    ///   - scale: capacities are magnitudes times this number, rounded down.
    ///   - stepLimit: the most arcs to look at before giving up.
    init(_ model: IsingModel, scale: Double, stepLimit: Int) {
        let terms = model.terms
        let nodes = 2 * terms.variables + 2
        (source, sink) = (Int32(nodes - 2), Int32(nodes - 1))
        stepsLeft = stepLimit
        levels = Array(repeating: -1, count: nodes)
        var ends: [(u: Int32, v: Int32, capacity: Int64, isField: Bool)] = []
        ends.reserveCapacity(terms.interactions + terms.variables)
        for edge in 0..<terms.interactions where terms.weights[edge] != 0 {
            let weight = terms.weights[edge]
            ends.append((2 * terms.first[edge], 2 * terms.second[edge] + (weight > 0 ? 1 : 0), Int64(weight.magnitude * scale), false))
        }
        for (variable, field) in terms.linear.enumerated() where field != 0 {
            // Against the field: −1 where it is positive.
            ends.append((source, 2 * Int32(variable) + (field > 0 ? 1 : 0), Int64(field.magnitude * scale), true))
        }
        var fill = [Int32](repeating: 0, count: nodes + 1)
        for (u, v, _, _) in ends {
            for node in [u, v, u ^ 1, v ^ 1] { fill[Int(node) + 1] += 1 }
        }
        for node in 0..<nodes { fill[node + 1] += fill[node] }
        starts = fill
        targets = Array(repeating: 0, count: 4 * ends.count)
        (reverses, mirrors) = (targets, targets)
        residual = Array(repeating: 0, count: 4 * ends.count)
        func place(_ from: Int32) -> Int {
            defer { fill[Int(from)] += 1 }
            return Int(fill[Int(from)])
        }
        for (u, v, capacity, isField) in ends {
            let back = isField ? 0 : capacity
            let (a, b, c, d) = (place(u), place(v), place(u ^ 1), place(v ^ 1))
            (targets[a], targets[b], targets[c], targets[d]) = (v, u, v ^ 1, u ^ 1)
            (reverses[a], reverses[b], reverses[c], reverses[d]) = (Int32(b), Int32(a), Int32(d), Int32(c))
            (mirrors[a], mirrors[b], mirrors[c], mirrors[d]) = (Int32(d), Int32(c), Int32(b), Int32(a))
            (residual[a], residual[b], residual[c], residual[d]) = (capacity, back, back, capacity)
        }
    }

    // MARK: Flow

    /// Dinic 1970: shortest augmenting paths, all of one length at a time.
    mutating func maximise() {
        var current = starts
        starts.withUnsafeBufferPointer { starts in
            targets.withUnsafeBufferPointer { targets in
                reverses.withUnsafeBufferPointer { reverses in
                    residual.withUnsafeMutableBufferPointer { residual in
                        levels.withUnsafeMutableBufferPointer { levels in
                            current.withUnsafeMutableBufferPointer { current in
                                var run = FlowRun(
                                    source: source, sink: sink, starts: starts, targets: targets, reverses: reverses, residual: residual,
                                    levels: levels, current: current, stepsLeft: stepsLeft)
                                isMaximal = run.maximise()
                                (flow, stepsLeft) = (run.flow, run.stepsLeft)
                            }
                        }
                    }
                }
            }
        }
    }

    // MARK: Persistencies

    /// Whether a statement follows from the truth of the source: it holds in every optimum.
    /// - Precondition: the flow is maximal.
    func isImplied(_ node: Int32) -> Bool { levels[Int(node)] >= 0 }

    /// Statements that hold together in some optimum, −1, +1 or 0 for each variable: the implied ones, and sets of others that no arc with room
    /// leads out of and that do not contradict themselves. The room is that of the flow averaged with its mirror, which is maximal too.
    func consistentValues() -> [Int8] {
        var isTrue = [Bool](repeating: false, count: levels.count)
        for node in levels.indices where levels[node] >= 0 { isTrue[node] = true }
        let (component, members) = strongComponents()
        // Components come with those that they lead to before them.
        for (number, nodes) in members.enumerated() {
            let isOpen = nodes.allSatisfy { !isTrue[Int($0)] && !isTrue[Int($0 ^ 1)] && component[Int($0 ^ 1)] != Int32(number) }
            guard isOpen else { continue }
            let isClosed = nodes.allSatisfy { node in
                (starts[Int(node)]..<starts[Int(node) + 1]).allSatisfy { arc in
                    let target = Int(targets[Int(arc)])
                    return !hasRoom(arc) || isTrue[target] || component[target] == Int32(number)
                }
            }
            if isClosed { for node in nodes { isTrue[Int(node)] = true } }
        }
        return (0..<levels.count / 2 - 1).map { isTrue[2 * $0] ? 1 : isTrue[2 * $0 + 1] ? -1 : 0 }
    }

    private func hasRoom(_ arc: Int32) -> Bool { residual[Int(arc)] > 0 || residual[Int(mirrors[Int(arc)])] > 0 }

    /// The strongly connected components of the statements that are not implied, nor their opposites (Tarjan 1972).
    private func strongComponents() -> (component: [Int32], members: [[Int32]]) {
        let count = levels.count
        var component = [Int32](repeating: -1, count: count)
        var members: [[Int32]] = []
        var index = [Int32](repeating: -1, count: count)
        var low = [Int32](repeating: 0, count: count)
        var current = starts
        var (stack, calls): ([Int32], [Int32]) = ([], [])
        var counter: Int32 = 0
        func isOpen(_ node: Int32) -> Bool { node < source && levels[Int(node)] < 0 && levels[Int(node ^ 1)] < 0 }
        for root in 0..<source where isOpen(root) && index[Int(root)] < 0 {
            calls.append(root)
            while let node = calls.last {
                if index[Int(node)] < 0 {
                    (index[Int(node)], low[Int(node)]) = (counter, counter)
                    counter += 1
                    stack.append(node)
                }
                var child: Int32?
                while current[Int(node)] < starts[Int(node) + 1] {
                    let arc = current[Int(node)]
                    let target = targets[Int(arc)]
                    if hasRoom(arc), isOpen(target), component[Int(target)] < 0 {
                        if index[Int(target)] < 0 {
                            child = target
                            break
                        }
                        low[Int(node)] = Swift.min(low[Int(node)], low[Int(target)])
                    }
                    current[Int(node)] += 1
                }
                if let child {
                    calls.append(child)
                    continue
                }
                calls.removeLast()
                if low[Int(node)] == index[Int(node)] {
                    var nodes: [Int32] = []
                    while let member = stack.popLast() {
                        component[Int(member)] = Int32(members.count)
                        nodes.append(member)
                        if member == node { break }
                    }
                    members.append(nodes)
                }
            }
        }
        return (component, members)
    }
}

/// The loops of the flow, on the arrays of a network.
private struct FlowRun {
    let source: Int32
    let sink: Int32
    let starts: UnsafeBufferPointer<Int32>
    let targets: UnsafeBufferPointer<Int32>
    let reverses: UnsafeBufferPointer<Int32>
    let residual: UnsafeMutableBufferPointer<Int64>
    let levels: UnsafeMutableBufferPointer<Int32>
    /// The arc of each node to try next.
    let current: UnsafeMutableBufferPointer<Int32>
    var stepsLeft: Int
    var flow: Int64 = 0
    private var queue: [Int32] = []
    private var path: [Int32] = []

    init(
        source: Int32, sink: Int32, starts: UnsafeBufferPointer<Int32>, targets: UnsafeBufferPointer<Int32>, reverses: UnsafeBufferPointer<Int32>,
        residual: UnsafeMutableBufferPointer<Int64>, levels: UnsafeMutableBufferPointer<Int32>, current: UnsafeMutableBufferPointer<Int32>,
        stepsLeft: Int
    ) {
        (self.source, self.sink, self.starts, self.targets, self.reverses) = (source, sink, starts, targets, reverses)
        (self.residual, self.levels, self.current, self.stepsLeft) = (residual, levels, current, stepsLeft)
        queue.reserveCapacity(levels.count)
    }

    /// Whether the flow became maximal before the steps were used up.
    mutating func maximise() -> Bool {
        while stepsLeft > 0 {
            findLevels()
            if levels[Int(sink)] < 0 { return true }
            block()
        }
        return false
    }

    /// The distance of every node from the source along arcs with room, as far as that of the sink.
    private mutating func findLevels() {
        levels.update(repeating: -1)
        levels[Int(source)] = 0
        queue.removeAll(keepingCapacity: true)
        queue.append(source)
        var place = 0
        while place < queue.count, levels[Int(sink)] < 0 {
            let node = Int(queue[place])
            place += 1
            let level = levels[node] + 1
            stepsLeft -= Int(starts[node + 1] - starts[node])
            for arc in Int(starts[node])..<Int(starts[node + 1]) where residual[arc] > 0 {
                let target = targets[arc]
                if levels[Int(target)] < 0 {
                    levels[Int(target)] = level
                    queue.append(target)
                }
            }
        }
    }

    /// Fills paths along ascending levels until none is left, or the steps are used up.
    private mutating func block() {
        for node in current.indices { current[node] = starts[node] }
        path.removeAll(keepingCapacity: true)
        var node = source
        while true {
            if node == sink {
                node = augment()
                continue
            }
            let (end, next) = (starts[Int(node) + 1], levels[Int(node)] + 1)
            var arc = current[Int(node)]
            while arc < end, residual[Int(arc)] == 0 || levels[Int(targets[Int(arc)])] != next { arc += 1 }
            stepsLeft -= Int(arc - current[Int(node)]) + 1
            current[Int(node)] = arc
            if arc < end {
                path.append(arc)
                node = targets[Int(arc)]
                continue
            }
            guard stepsLeft > 0, let last = path.popLast() else { return }
            // A dead end: the arc that led here is passed by.
            node = targets[Int(reverses[Int(last)])]
            current[Int(node)] += 1
        }
    }

    /// Fills the path and goes back to the tail of its first full arc.
    private mutating func augment() -> Int32 {
        var room = Int64.max
        for arc in path { room = Swift.min(room, residual[Int(arc)]) }
        flow += room
        var firstFull = path.count
        for place in path.indices.reversed() {
            let arc = Int(path[place])
            residual[arc] -= room
            residual[Int(reverses[arc])] += room
            if residual[arc] == 0 { firstFull = place }
        }
        path.removeSubrange(firstFull...)
        return path.last.map { targets[Int($0)] } ?? source
    }
}
