public import BitCore

extension InferenceModel {
    /// The model file: a function of the model, byte for byte.
    public func encoded() -> [UInt8] { container().encoded() }

    /// Bytes that the model file will have, without making it.
    public var encodedCount: Int { container().encodedCount }

    /// Writes the model file in one step: it is there complete, or what was there stays.
    public func write(to path: String) throws(FileError) {
        try container().write(to: path)
    }

    /// The arrays and the graph's text.
    func container() -> Safetensors {
        var container = Safetensors()
        var list: [JSONValue] = []
        for node in nodes {
            let rules = node.operation.rules
            var encoder = NodeEncoder(name: node.name, container: container)
            rules.encode(into: &encoder)
            container = encoder.container
            var fields = encoder.attributes
            fields["name"] = .string(node.name)
            fields["op"] = .string(node.operation.identifier)
            fields["inputs"] = .array(node.inputs.map { .integer($0) })
            list.append(.object(fields))
        }
        let graph = JSONValue.object([
            "name": .string(name),
            "input": .object([
                "shape": .array(input.shape.dimensions.map { .integer($0) }), "zeroPoint": .integer(input.zeroPoint),
                "shift": .integer(input.shift),
            ]),
            "labels": .array(labels.map { .string($0) }),
            "metadata": .object(metadata.mapValues { .string($0) }),
            "nodes": .array(list),
        ]).text
        container.metadata = [
            ModelFile.versionKey: ModelFile.version, ModelFile.graphKey: graph,
            ModelFile.checksumKey: ModelFile.checksum(graph: graph, container),
        ]
        return container
    }
}
