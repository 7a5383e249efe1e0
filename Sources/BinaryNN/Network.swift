public import BitCore

/// The place of a value in a network: 0 is the input, i + 1 is what node i makes.
public struct ValueID: Sendable, Hashable {
    public let index: Int

    package init(index: Int) { self.index = index }

    public static let input = ValueID(index: 0)
}

/// A directed acyclic graph of layers in topological order. Residuals and skip connections are edges like any other.
public struct Network: Sendable {
    public struct Node: Sendable {
        public let name: String
        public let layer: any Layer
        public let inputs: [ValueID]
        public let output: Signal
    }

    public let input: Signal
    public let nodes: [Node]
    public let specs: [ParameterSpec]
    let fusion: FusionPlan
    /// For each value, the input first, whether its gradient is of use.
    let isTrained: [Bool]

    init(input: Signal, nodes: [Node], specs: [ParameterSpec]) {
        self.input = input
        self.nodes = nodes
        self.specs = specs
        fusion = FusionPlan(nodes, input: input)
        isTrained = Self.trained(nodes, specs)
    }

    /// The type of the value `id`.
    public func signal(_ id: ValueID) -> Signal { id.index == 0 ? input : nodes[id.index - 1].output }

    /// The type of the last node's output.
    public var output: Signal { nodes.last?.output ?? input }

    /// Fresh parameters. Each layer draws from its own stream, so adding a layer does not change the others' values.
    public func makeParameters(_ generator: SeededGenerator) -> ParameterStore {
        var store = ParameterStore(specs)
        for node in nodes {
            var stream = generator.split(node.name)
            node.layer.initialize(&store, &stream)
        }
        return store
    }

    /// Arithmetic of one item, over all layers.
    public var operationCounts: OperationCounts {
        nodes.reduce(OperationCounts()) { $0 + $1.layer.operationCounts($1.inputs.map(signal)) }
    }
}

/// Builds a `Network` layer by layer; every `add` checks shapes at once.
public struct NetworkBuilder {
    private let input: Signal
    private var nodes: [Network.Node] = []
    private var parameters = ParameterBuilder()
    private var last = ValueID.input

    public init(input: Signal) { self.input = input }

    /// Appends a layer that reads `sources` (the last value when none is named) and returns the value it makes.
    @discardableResult
    public mutating func add(_ layer: some Layer, named name: String, reading sources: ValueID...) throws(ShapeError) -> ValueID {
        guard !nodes.contains(where: { $0.name == name }) else { throw .duplicateName(name) }
        let ids = sources.isEmpty ? [last] : sources
        var signals: [Signal] = []
        for id in ids {
            guard id.index <= nodes.count else { throw .unknownValue(layer: name, value: id.index) }
            signals.append(signal(id))
        }
        var layer = layer
        parameters.prefix = name
        let output = try layer.bind(signals, &parameters)
        nodes.append(Network.Node(name: name, layer: layer, inputs: ids, output: output))
        last = ValueID(index: nodes.count)
        return last
    }

    /// The type of the value `id`.
    public func signal(_ id: ValueID) -> Signal { id.index == 0 ? input : nodes[id.index - 1].output }

    /// The network; its output is the last layer's.
    public func build() -> Network { Network(input: input, nodes: nodes, specs: parameters.specs) }
}
