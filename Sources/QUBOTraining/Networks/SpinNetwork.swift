/// A directed acyclic graph of binary neurons. Neuron v computes a_v = sign(z_v) with z_v = Σ w_uv·a_u over its parents u, sign(0) = +1 and weights
/// w_uv ∈ {−1, +1}: what is searched for.
///
/// Units are numbered in topological order: the inputs first, then the constant +1 if there are biases, then the neurons. Weight e belongs to
/// `edges[e]`; the edges into a neuron follow each other.
public struct SpinNetwork: Hashable, Sendable {
    public struct Edge: Hashable, Sendable {
        public let source: Int
        public let target: Int
    }

    /// Values that a sample brings: units 0..<inputs.
    public let inputs: Int
    /// Whether unit `inputs` is +1 in every sample and feeds every neuron.
    public let hasBias: Bool
    public let units: Int
    /// Sorted by target, then by source.
    public let edges: [Edge]
    /// Units that a target is given for, in the order of targets. A unit is an output at most once; an output may feed others.
    public let outputs: [Int]
    /// Where the edges into neuron `firstNeuron + i` begin, and at last the number of edges.
    private let starts: [Int]

    /// A network from a list of edges.
    /// - Parameters:
    ///   - neurons: how many there are; in `edges` and `outputs` they are units inputs ..< inputs + neurons, in any order, biases not counted.
    /// - Throws: `TopologyError` that names the unit or the edge at fault: a unit that does not exist, an edge into an input, an edge given twice, a
    ///   cycle, a neuron without parents, or a neuron that no output depends on.
    public init(inputs: Int, neurons: Int, edges: [(source: Int, target: Int)], outputs: [Int], hasBias: Bool = false) throws(TopologyError) {
        guard inputs >= 0, neurons > 0, inputs + neurons <= Self.unitLimit else { throw .size(inputs: inputs, neurons: neurons, limit: Self.unitLimit) }
        guard edges.count <= Self.edgeLimit else { throw .tooManyEdges(edges.count, limit: Self.edgeLimit) }
        let order = try TopologicalOrder(inputs: inputs, neurons: neurons, edges: edges, outputs: outputs, hasBias: hasBias)
        let first = inputs + (hasBias ? 1 : 0)
        func unit(_ given: Int) -> Int { given < inputs ? given : first + order.rank[given - inputs] }
        var sorted = edges.map { Edge(source: unit($0.source), target: unit($0.target)) }
        if hasBias { sorted += (0..<neurons).map { Edge(source: inputs, target: first + $0) } }
        sorted.sort { ($0.target, $0.source) < ($1.target, $1.source) }
        self.inputs = inputs
        self.hasBias = hasBias
        units = first + neurons
        self.edges = sorted
        self.outputs = outputs.map(unit)
        var starts = [0]
        starts.reserveCapacity(neurons + 1)
        var next = 0
        for neuron in first..<first + neurons {
            while next < sorted.count, sorted[next].target == neuron { next += 1 }
            starts.append(next)
        }
        self.starts = starts
    }

    /// Layers, each connected to the whole of the one before, and with `skips` to the whole of all before.
    /// - Throws: `TopologyError.layers` when there are fewer than two or one of them is empty.
    public init(layers: [Int], hasBias: Bool = false, skips: Bool = false) throws(TopologyError) {
        guard layers.count >= 2, layers.allSatisfy({ $0 > 0 }), layers.reduce(0, +) <= Self.unitLimit else { throw .layers(layers) }
        var starts = [0]
        for width in layers { starts.append(starts[starts.count - 1] + width) }
        var edges: [(source: Int, target: Int)] = []
        for layer in 1..<layers.count {
            let sources = starts[skips ? 0 : layer - 1]..<starts[layer]
            guard edges.count + sources.count * layers[layer] <= Self.edgeLimit else {
                throw .tooManyEdges(edges.count + sources.count * layers[layer], limit: Self.edgeLimit)
            }
            for target in starts[layer]..<starts[layer + 1] { for source in sources { edges.append((source, target)) } }
        }
        let last = starts[layers.count - 1]..<starts[layers.count]
        try self.init(inputs: layers[0], neurons: starts[layers.count] - layers[0], edges: edges, outputs: Array(last), hasBias: hasBias)
    }

    public static let unitLimit = 1 << 24
    public static let edgeLimit = 1 << 28

    /// The unit of the first neuron.
    public var firstNeuron: Int { inputs + (hasBias ? 1 : 0) }
    public var neurons: Range<Int> { firstNeuron..<units }
    public var weights: Int { edges.count }

    /// The edges, and weights, into a neuron.
    public func incoming(_ neuron: Int) -> Range<Int> { starts[neuron - firstNeuron]..<starts[neuron - firstNeuron + 1] }
    public func fanIn(_ neuron: Int) -> Int { incoming(neuron).count }
    /// True of neurons that are no outputs.
    public func isHidden(_ neuron: Int) -> Bool { !outputs.contains(neuron) }

    /// Edges whose source is a neuron: each costs a bit a sample in a QUBO.
    public var hiddenEdges: Int { edges.reduce(0) { $0 + ($1.source >= firstNeuron ? 1 : 0) } }
}
