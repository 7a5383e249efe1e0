internal import BitCore

extension InferenceModel {
    /// Elements that one item of the input may have.
    public static let inputLimit = 1 << 24
    /// Scores stay below this in magnitude, so that Int32 and Float32 both hold them exactly.
    public static let scoreLimit = 1 << 24
    /// Values that one node may read.
    public static let inputsLimit = 1 << 10

    /// The type of every value, or the first thing that is wrong with the graph.
    static func check(
        input: Input, nodes: [Node], labels: [String]
    ) throws(ModelError) -> [ValueType] {
        guard let count = product(input.shape.dimensions), (1...inputLimit).contains(count) else { throw .inputShape(input.shape) }
        guard let last = nodes.last else { throw .noNodes }
        var types = [ValueType.bytes(input.shape)]
        var names: Set<String> = []
        var used = [Bool](repeating: false, count: nodes.count + 1)
        var work = 0
        for node in nodes {
            guard !node.name.isEmpty, names.insert(node.name).inserted else { throw .nodeName(node.name) }
            var read: [ValueType] = []
            for id in node.inputs {
                guard types.indices.contains(id) else { throw .missingValue(node: node.name, id: id) }
                used[id] = true
                read.append(types[id])
            }
            let rules = node.operation.rules
            guard rules.arity.contains(read.count) else {
                throw .inputCount(node: node.name, expected: rules.arity.lowerBound, found: read.count)
            }
            types.append(try rules.resultType(of: read, node: node.name))
            // A node takes at most 2^48: taps and outputs are bounded by the sizes of values.
            work += rules.products(read) + rules.steps(read)
            guard work <= workLimit else { throw .work(node: node.name) }
        }
        for (index, node) in nodes.dropLast().enumerated() where !used[index + 1] { throw .unusedValue(node: node.name) }
        switch last.operation {
        case .scores, .realScores: break
        default: throw .outputNotScores(node: last.name)
        }
        let classes = types[nodes.count].shape.count
        guard labels.isEmpty || labels.count == classes else { throw .labelCount(expected: classes, found: labels.count) }
        return types
    }

    /// The product of extents, or nil where it overflows.
    static func product(_ extents: [Int]) -> Int? {
        var result = 1
        for extent in extents {
            let (value, overflow) = result.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            result = value
        }
        return result
    }
}

extension OperationRules {
    /// Checks that a value is of a kind.
    func expect(_ type: ValueType, _ kind: ValueType.Kind, _ node: String) throws(ModelError) {
        guard type.kind == kind else { throw .inputKind(node: node, expected: kind, found: type.kind) }
    }

    /// Checks a dense kernel against the item that it multiplies, and returns the fan-in.
    func expect(_ kernel: PackedTensor, over input: ValueType, _ node: String) throws(ModelError) -> Int {
        guard kernel.shape.rank == 2, kernel.shape[0] > 0, kernel.shape[1] > 0 else { throw .kernelShape(node: node, kernel.shape) }
        guard kernel.shape[1] == input.shape.count else { throw .depth(node: node, kernel: kernel.shape[1], input: input.shape.count) }
        guard kernel.paddingIsZero else { throw .paddingBits(node: node) }
        return kernel.shape[1]
    }
}
