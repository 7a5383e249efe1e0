// A training step spends half its time on passes over activations, and those on memory. A batch norm therefore does what stands next to it in its own
// passes:
//
//     convolution of signs → norm               the norm reads the sums as integers of 16 bits, which are kept for the backward pass, or, of few
//                                               products, made once more from bits that are kept anyway
//     norm → sign                               the norm makes the bits; its output is never there
//     norm → addition to a shortcut (→ sign)    one pass reads sums and shortcut, and writes result, bits and what the surrogate needs
//     sign ← convolution, backwards             the gradient at the signs goes on to the sign's input piece by piece
//
// All give the bits that layers give one after the other.

/// What fused passes do when they come to a node.
enum FusedStep: Sendable, Hashable {
    /// The layer's own pass.
    case layer
    /// A convolution of signs: it keeps its image; the norm behind it makes the sums. `sign`: the one before it, if nothing else reads that.
    case sums(sign: Int?)
    /// A norm; `sums` is the convolution that left it its input's making, `signs` the sign that its pass includes.
    case norm(sums: Int?, signs: Int?)
    /// A norm whose pass is that of the addition that reads it.
    case joinedNorm(sums: Int)
    /// An addition: to value `shortcut` that of `norm`, and the sign that follows, if there is one whose surrogate takes a byte.
    case join(norm: Int, sums: Int, shortcut: ValueID, sign: Int?)
    /// A sign, made in the pass of the norm before it, whose backward pass applies its surrogate too.
    case signOfNorm
    /// A sign, made in the pass of an addition.
    case signOfJoin
}

/// The steps of a network's fused passes, a node each.
struct FusionPlan: Sendable {
    private(set) var training: [FusedStep]
    /// Nothing is kept, and shipped arithmetic rounds otherwise: norms with their signs alone.
    private(set) var inference: [FusedStep]

    init(_ nodes: [Network.Node], input: Signal) {
        training = nodes.map { _ in .layer }
        inference = training
        let readers = Self.readers(nodes)
        for (index, node) in nodes.enumerated() where node.layer is BatchNorm {
            let place = node.inputs[0].index - 1
            var sums: Int?
            if place >= 0, readers[place] == [index], let layer = nodes[place].layer as? Conv2D {
                let source = nodes[place].inputs[0].index
                if layer.leavesSums(source == 0 ? input : nodes[source - 1].output) { sums = place }
            }
            if let sums { training[sums] = .sums(sign: Self.sign(before: sums, nodes, readers)) }
            var signs: Int?
            if readers[index] == [index + 1], let sign = nodes[index + 1].layer as? Sign, sign.surrogate.fused != nil {
                signs = index + 1
                (training[index + 1], inference[index + 1]) = (.signOfNorm, .signOfNorm)
            }
            (training[index], inference[index]) = (.norm(sums: sums, signs: signs), .norm(sums: nil, signs: signs))
            if let sums, signs == nil { join(index, sums, nodes, readers) }
        }
    }

    private mutating func join(_ norm: Int, _ sums: Int, _ nodes: [Network.Node], _ readers: [[Int]]) {
        guard readers[norm].count == 1, let place = readers[norm].first, nodes[place].layer is Add, training[place] == .layer else { return }
        let others = nodes[place].inputs.filter { $0.index != norm + 1 }
        guard nodes[place].inputs.count == 2, others.count == 1 else { return }
        let sign = readers[place].first { (nodes[$0].layer as? Sign)?.surrogate == .approxSign }
        training[norm] = .joinedNorm(sums: sums)
        training[place] = .join(norm: norm, sums: sums, shortcut: others[0], sign: sign)
        if let sign { training[sign] = .signOfJoin }
    }

    private static func sign(before index: Int, _ nodes: [Network.Node], _ readers: [[Int]]) -> Int? {
        let place = nodes[index].inputs[0].index - 1
        return place >= 0 && nodes[place].layer is Sign && readers[place] == [index] ? place : nil
    }

    /// For each node, those that read it.
    private static func readers(_ nodes: [Network.Node]) -> [[Int]] {
        var readers = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() {
            for source in Set(node.inputs) where source != .input { readers[source.index - 1].append(index) }
        }
        return readers
    }
}
