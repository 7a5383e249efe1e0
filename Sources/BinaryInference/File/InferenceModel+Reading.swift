internal import BitCore

extension InferenceModel {
    /// Reads a model file. Everything is checked: nothing in a file, however made, crashes the reader or makes it hold more than a small
    /// multiple of the file's size.
    public init(contentsOf path: String) throws(ModelFileError) {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path)
        } catch {
            throw .file(error)
        }
        try self.init(parsing: bytes, path: path)
    }

    /// The same for bytes in memory; `path` is what messages call them.
    public init(parsing bytes: [UInt8], path: String = "model") throws(ModelFileError) {
        do {
            try self.init(checking: bytes)
        } catch {
            throw .fault(path: path, error)
        }
    }

    private init(checking bytes: [UInt8]) throws(ModelFileError.Fault) {
        let container: Safetensors
        do {
            container = try Safetensors(parsing: bytes)
        } catch {
            throw .container(error)
        }
        let graph = try Graph(container)
        var nodes: [Node] = []
        var arrays: Set<String> = []
        for (index, value) in graph.nodes.enumerated() {
            nodes.append(try Self.node(value, index, container, &arrays))
        }
        for entry in container.entries where !arrays.contains(entry.name) { throw .unusedArray(entry.name) }
        do {
            try self.init(name: graph.name, input: graph.input, nodes: nodes, labels: graph.labels, metadata: graph.metadata)
        } catch {
            throw .model(error)
        }
    }

    private static func node(
        _ value: JSONValue, _ index: Int, _ container: Safetensors, _ arrays: inout Set<String>
    ) throws(ModelFileError.Fault) -> Node {
        guard var fields = value.object else { throw .field("node \(index)") }
        guard let name = fields.removeValue(forKey: "name")?.string else { throw .field("name of node \(index)") }
        guard let identifier = fields.removeValue(forKey: "op")?.string else { throw .field("op of node \"\(name)\"") }
        guard let inputs = fields.removeValue(forKey: "inputs")?.integers else { throw .field("inputs of node \"\(name)\"") }
        guard let kind = Operation.kinds.first(where: { $0.identifier == identifier }) else {
            throw .unknownOperation(node: name, identifier)
        }
        var decoder = NodeDecoder(name: name, attributes: fields, container: container)
        let operation = try kind.decode(from: &decoder)
        if let field = decoder.attributes.keys.min() { throw .unknownField("\(field) of node \"\(name)\"") }
        // An array serves one node, so that a small file cannot ask for a large model.
        guard arrays.isDisjoint(with: decoder.arrays) else { throw .model(.nodeName(name)) }
        arrays.formUnion(decoder.arrays)
        return Node(name: name, operation: operation, inputs: inputs)
    }

    /// The parts of the graph's text that are not nodes.
    private struct Graph {
        let name: String
        let input: Input
        let labels: [String]
        let metadata: [String: String]
        let nodes: [JSONValue]

        init(_ container: Safetensors) throws(ModelFileError.Fault) {
            let known: Set = [ModelFile.graphKey, ModelFile.versionKey, ModelFile.checksumKey]
            guard let text = container.metadata[ModelFile.graphKey] else { throw .notAModel }
            guard let version = container.metadata[ModelFile.versionKey] else { throw .version("unknown") }
            guard version == ModelFile.version else { throw .version(version) }
            for key in container.metadata.keys.sorted() where key.hasPrefix("spinflip.") && !known.contains(key) {
                throw .unknownMetadata(key)
            }
            // Files that other programs write may go without.
            if let expected = container.metadata[ModelFile.checksumKey] {
                let found = ModelFile.checksum(graph: text, container)
                guard found == expected else { throw .checksum(expected: expected, found: found) }
            }
            let parsed: JSONValue
            do {
                parsed = try JSONValue.parse(text.utf8)
            } catch {
                throw .graph(error)
            }
            guard var fields = parsed.object else { throw .field("the outermost object") }
            guard let name = fields.removeValue(forKey: "name")?.string else { throw .field("name") }
            guard let labels = fields.removeValue(forKey: "labels")?.strings else { throw .field("labels") }
            guard let nodes = fields.removeValue(forKey: "nodes")?.array else { throw .field("nodes") }
            guard let notes = fields.removeValue(forKey: "metadata")?.object else { throw .field("metadata") }
            var metadata: [String: String] = [:]
            for (key, value) in notes {
                guard let text = value.string else { throw .field("metadata") }
                metadata[key] = text
            }
            guard var input = fields.removeValue(forKey: "input")?.object,
                let shape = input.removeValue(forKey: "shape")?.integers, shape.allSatisfy({ $0 > 0 }),
                let zeroPoint = input.removeValue(forKey: "zeroPoint")?.integer, (-65536...65536).contains(zeroPoint),
                let shift = input.removeValue(forKey: "shift")?.integer, (-126...126).contains(shift)
            else { throw .field("input") }
            if let field = fields.keys.min() { throw .unknownField(field) }
            if let field = input.keys.min() { throw .unknownField("\(field) of input") }
            self.name = name
            self.input = Input(shape: Shape(shape), zeroPoint: zeroPoint, shift: shift)
            (self.labels, self.metadata, self.nodes) = (labels, metadata, nodes)
        }
    }
}
