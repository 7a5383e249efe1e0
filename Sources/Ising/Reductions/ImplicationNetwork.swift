/// The network whose maximum flow is the roof dual of an Ising model (Hammer, Hansen and Simeone 1984; Boros and Hammer 2002).
///
/// Node 2i says sᵢ = +1 and node 2i + 1 says sᵢ = −1; `source` is true, `sink` is false, and node ^ 1 is the opposite. An arc u → v of capacity c
/// says that u without v costs 2c, and comes with its mirror v̄ → ū. With
///
///     J·s·s′ = −|J| + 2|J|·[they disagree with J]      h·s = −|h| + 2|h|·[s agrees with h]
///
/// a coupling becomes u — v and ū — v̄ in both directions, capacity |J|, v being s′ where J < 0 and its opposite where J > 0; a field the arcs
/// source → ū and u → sink, capacity |h|, u being the sign of h. Each of these gadgets has four arcs, 4g … 4g + 3: u → v, v → u, ū → v̄, v̄ → ū. The
/// reverse of arc a is a ^ 1, its mirror a ^ 3.
struct ImplicationNetwork {
    let source: Int32
    let sink: Int32
    /// Where the arcs of each node stand in `arcs`.
    private var starts: [Int32]
    private var arcs: [Int32]
    private var targets: [Int32]
    private var residual: [Int64]
    private(set) var flow: Int64 = 0
    private(set) var isMaximal = false
    private var level: [Int32]
    private var stepsLeft: Int

    /// - Parameters:
    ///   - scale: capacities are magnitudes times this number, rounded down.
    ///   - stepLimit: the most arcs to look at before giving up.
    init(_ model: IsingModel, scale: Double, stepLimit: Int) {
        let terms = model.terms
        let nodes = 2 * terms.variables + 2
        (source, sink) = (Int32(nodes - 2), Int32(nodes - 1))
        stepsLeft = stepLimit
        level = Array(repeating: -1, count: nodes)
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
        targets = Array(repeating: 0, count: 4 * ends.count)
        residual = Array(repeating: 0, count: 4 * ends.count)
        var degrees = [Int32](repeating: 0, count: nodes + 1)
        for (gadget, end) in ends.enumerated() {
            let (u, v) = (end.u, end.v)
            for (arc, from, to, capacity) in [
                (0, u, v, end.capacity), (1, v, u, end.isField ? 0 : end.capacity), (2, u ^ 1, v ^ 1, end.isField ? 0 : end.capacity),
                (3, v ^ 1, u ^ 1, end.capacity),
            ] {
                targets[4 * gadget + arc] = to
                residual[4 * gadget + arc] = capacity
                degrees[Int(from) + 1] += 1
            }
        }
        for node in 0..<nodes { degrees[node + 1] += degrees[node] }
        starts = degrees
        arcs = Array(repeating: 0, count: targets.count)
        var fill = degrees
        for arc in targets.indices {
            let from = Int(targets[arc ^ 1])
            arcs[Int(fill[from])] = Int32(arc)
            fill[from] += 1
        }
    }

    // MARK: Flow

    /// Dinic 1970: shortest augmenting paths, all of one length at a time.
    mutating func maximise() {
        while true {
            guard findLevels() else { return }
            guard level[Int(sink)] >= 0 else {
                isMaximal = true
                return
            }
            guard block() else { return }
        }
    }

    /// The distance of every node from the source along arcs with room; false when the steps are used up.
    private mutating func findLevels() -> Bool {
        for node in level.indices { level[node] = -1 }
        level[Int(source)] = 0
        var queue = [source]
        var place = 0
        while place < queue.count {
            let node = Int(queue[place])
            place += 1
            stepsLeft -= Int(starts[node + 1] - starts[node])
            for arc in arcs[Int(starts[node])..<Int(starts[node + 1])] where residual[Int(arc)] > 0 {
                let target = targets[Int(arc)]
                if level[Int(target)] < 0 {
                    level[Int(target)] = level[node] + 1
                    queue.append(target)
                }
            }
        }
        return stepsLeft > 0
    }

    /// Fills paths along ascending levels until none is left; false when the steps are used up.
    private mutating func block() -> Bool {
        var current = starts
        var path: [Int32] = []
        var node = source
        while true {
            if node == sink {
                var room = Int64.max
                for arc in path { room = Swift.min(room, residual[Int(arc)]) }
                flow += room
                var firstFull = path.count
                for (place, arc) in path.enumerated() {
                    residual[Int(arc)] -= room
                    residual[Int(arc ^ 1)] += room
                    if residual[Int(arc)] == 0, firstFull == path.count { firstFull = place }
                }
                // On from the tail of the first arc that is full.
                path.removeSubrange(firstFull...)
                node = path.last.map { targets[Int($0)] } ?? source
                continue
            }
            var found = false
            while current[Int(node)] < starts[Int(node) + 1] {
                let arc = arcs[Int(current[Int(node)])]
                stepsLeft -= 1
                if residual[Int(arc)] > 0, level[Int(targets[Int(arc)])] == level[Int(node)] + 1 {
                    path.append(arc)
                    node = targets[Int(arc)]
                    found = true
                    break
                }
                current[Int(node)] += 1
            }
            if found { continue }
            guard stepsLeft > 0 else { return false }
            guard let last = path.popLast() else { return true }
            // A dead end: the arc that led here is passed by.
            node = targets[Int(last ^ 1)]
            current[Int(node)] += 1
        }
    }

    // MARK: Persistencies

    /// Whether a statement follows from the truth of the source: it holds in every optimum.
    /// - Precondition: the flow is maximal.
    func isImplied(_ node: Int32) -> Bool { level[Int(node)] >= 0 }

    /// Statements that hold together in some optimum, −1, +1 or 0 for each variable: the implied ones, and sets of others that no arc with room
    /// leads out of and that do not contradict themselves. The room is that of the flow averaged with its mirror, which is maximal too.
    func consistentValues() -> [Int8] {
        var isTrue = [Bool](repeating: false, count: level.count)
        for node in level.indices where level[node] >= 0 { isTrue[node] = true }
        let (component, members) = strongComponents()
        // Components come with those that they lead to before them.
        for (number, nodes) in members.enumerated() {
            let isOpen = nodes.allSatisfy { !isTrue[Int($0)] && !isTrue[Int($0 ^ 1)] && component[Int($0 ^ 1)] != Int32(number) }
            guard isOpen else { continue }
            let isClosed = nodes.allSatisfy { node in
                arcs[Int(starts[Int(node)])..<Int(starts[Int(node) + 1])].allSatisfy { arc in
                    let target = Int(targets[Int(arc)])
                    return !hasRoom(arc) || isTrue[target] || component[target] == Int32(number)
                }
            }
            if isClosed { for node in nodes { isTrue[Int(node)] = true } }
        }
        return (0..<level.count / 2 - 1).map { isTrue[2 * $0] ? 1 : isTrue[2 * $0 + 1] ? -1 : 0 }
    }

    private func hasRoom(_ arc: Int32) -> Bool { residual[Int(arc)] > 0 || residual[Int(arc ^ 3)] > 0 }

    /// The strongly connected components of the statements that are not implied, nor their opposites (Tarjan 1972).
    private func strongComponents() -> (component: [Int32], members: [[Int32]]) {
        let count = level.count
        var component = [Int32](repeating: -1, count: count)
        var members: [[Int32]] = []
        var index = [Int32](repeating: -1, count: count)
        var low = [Int32](repeating: 0, count: count)
        var current = starts
        var (stack, calls): ([Int32], [Int32]) = ([], [])
        var counter: Int32 = 0
        func isOpen(_ node: Int32) -> Bool { node < source && level[Int(node)] < 0 && level[Int(node ^ 1)] < 0 }
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
                    let arc = arcs[Int(current[Int(node)])]
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
