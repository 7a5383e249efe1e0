/// Why a graph is no network. Every message is one sentence that says what to do. Units are numbered as they were given.
public enum TopologyError: Error, Hashable, Sendable {
    case size(inputs: Int, neurons: Int, limit: Int)
    case layers([Int])
    case tooManyEdges(Int, limit: Int)
    case unknownUnit(source: Int, target: Int, units: Int)
    case intoInput(source: Int, target: Int, inputs: Int)
    case duplicateEdge(source: Int, target: Int)
    /// Units each of which feeds the next, and the last the first.
    case cycle([Int])
    case noParents(Int)
    case noOutputs
    case badOutput(Int, neurons: Range<Int>)
    /// A neuron that no output depends on.
    case unread(Int)
}

extension TopologyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .size(let inputs, let neurons, let limit):
            "a network has inputs and at least one neuron, at most \(limit) units in all, not \(inputs) inputs and \(neurons) neurons"
        case .layers(let layers):
            "layers are at least two numbers above 0, like 9-3-1, not \(layers.map(String.init).joined(separator: "-"))"
        case .tooManyEdges(let count, let limit): "\(count) edges are more than the \(limit) that fit; make the layers smaller"
        case .unknownUnit(let source, let target, let units): "the edge \(source) → \(target) leads to or from a unit that does not exist; use 0...\(units - 1)"
        case .intoInput(let source, let target, let inputs):
            "the edge \(source) → \(target) leads into an input; units 0...\(inputs - 1) have no parents, turn the edge round or leave it out"
        case .duplicateEdge(let source, let target): "the edge \(source) → \(target) is given twice; leave one out"
        case .cycle(let units):
            "the edges \((units + units.prefix(1)).map(String.init).joined(separator: " → ")) close a cycle; leave one of them out"
        case .noParents(let unit): "neuron \(unit) has no edge that leads to it; give it a parent or leave it out"
        case .noOutputs: "the network has no output; name at least one neuron"
        case .badOutput(let unit, let neurons):
            "unit \(unit) cannot be an output, or is one already; outputs are different neurons out of \(neurons.lowerBound)...\(neurons.upperBound - 1)"
        case .unread(let unit): "no output depends on neuron \(unit); give it an edge to another neuron or leave it out"
        }
    }
}
