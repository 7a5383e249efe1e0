public import BitCore

/// A graph model as a file: safetensors with `spinflip.graph-network` (the format's version), `spinflip.layers` (JSON) and `spinflip.checksum` (of that
/// text and the arrays, as of other models) in the metadata. JSON: `name`, `labels`, `metadata` and `layers`, each with `inputs`, `outputs`, and 1 or
/// 0 for `factors`, `norm` and `shifts`. Arrays of layer i: `i.kernel` (U64 rows of signs), `i.factors`, `i.norm.a`, `i.norm.b`, `i.shifts` (F32).
extension GraphModel {
    private static let versionKey = "spinflip.graph-network"
    private static let layersKey = "spinflip.layers"
    private static let version = "1"
    /// Larger extents are refused.
    private static let extents = 1...1 << 24

    /// The file: a function of the model, byte for byte.
    public func encoded() -> [UInt8] { container().encoded() }

    /// Writes the file in one step.
    public func write(to path: String) throws(FileError) { try container().write(to: path) }

    private func container() -> Safetensors {
        var container = Safetensors()
        for (index, layer) in layers.enumerated() {
            container.add("\(index).kernel", layer.kernel)
            if let factors = layer.factors { container.add("\(index).factors", Tensor(factors, shape: [factors.count])) }
            if let shifts = layer.shifts { container.add("\(index).shifts", Tensor(shifts, shape: [shifts.count])) }
            if let norm = layer.norm {
                container.add("\(index).norm.a", Tensor(norm.a, shape: [norm.a.count]))
                container.add("\(index).norm.b", Tensor(norm.b, shape: [norm.b.count]))
            }
        }
        let text = JSONValue.object([
            "name": .string(name), "labels": .array(labels.map { .string($0) }), "metadata": .object(metadata.mapValues { .string($0) }),
            "layers": .array(
                layers.map {
                    .object([
                        "inputs": .integer($0.inputs), "outputs": .integer($0.outputs), "factors": .integer($0.factors == nil ? 0 : 1),
                        "norm": .integer($0.norm == nil ? 0 : 1), "shifts": .integer($0.shifts == nil ? 0 : 1),
                    ])
                }),
        ]).text
        container.metadata = [
            Self.versionKey: Self.version, Self.layersKey: text, ModelFile.checksumKey: ModelFile.checksum(graph: text, container),
        ]
        return container
    }

    /// Whether bytes say that they are a graph model.
    public static func isGraphModel(_ bytes: [UInt8]) -> Bool { (try? Safetensors(parsing: bytes))?.metadata[versionKey] != nil }

    /// Reads a file. Everything is checked, as for other models.
    public init(contentsOf path: String) throws(ModelFileError) {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw .file(error) }
        try self.init(parsing: bytes, path: path)
    }

    /// The same for bytes in memory; `path` is what messages call them.
    public init(parsing bytes: [UInt8], path: String = "model") throws(ModelFileError) {
        do { try self.init(checking: bytes) } catch { throw .fault(path: path, error) }
    }

    private init(checking bytes: [UInt8]) throws(ModelFileError.Fault) {
        let container: Safetensors
        do { container = try Safetensors(parsing: bytes) } catch { throw .container(error) }
        guard let version = container.metadata[Self.versionKey], let text = container.metadata[Self.layersKey] else { throw .notAModel }
        guard version == Self.version else { throw .version(version) }
        guard let expected = container.metadata[ModelFile.checksumKey] else { throw .field("its checksum") }
        let found = ModelFile.checksum(graph: text, container)
        guard found == expected else { throw .checksum(expected: expected, found: found) }
        let json: JSONValue
        do { json = try JSONValue.parse(text.utf8) } catch { throw .graph(error) }
        guard let fields = json.object, let name = fields["name"]?.string else { throw .field("name") }
        guard let labels = fields["labels"]?.strings else { throw .field("labels") }
        guard let list = fields["layers"]?.array, !list.isEmpty, list.count <= container.entries.count else { throw .field("layers") }
        guard let notes = fields["metadata"]?.object else { throw .field("metadata") }
        var metadata: [String: String] = [:]
        for (key, value) in notes {
            guard let text = value.string else { throw .field("metadata") }
            metadata[key] = text
        }
        var (layers, arrays): ([Layer], Int) = ([], 0)
        for (index, value) in list.enumerated() {
            let layer = try Self.layer(index, value, container)
            arrays += 1 + (layer.factors == nil ? 0 : 1) + (layer.norm == nil ? 0 : 2) + (layer.shifts == nil ? 0 : 1)
            layers.append(layer)
        }
        guard arrays == container.entries.count else { throw .field("an array of a layer") }
        if let fault = Self.fault(layers, labels) { throw .field(fault) }
        self.init(name: name, layers: layers, labels: labels, metadata: metadata)
    }

    private static func layer(_ index: Int, _ value: JSONValue, _ container: Safetensors) throws(ModelFileError.Fault) -> Layer {
        guard let fields = value.object, let inputs = fields["inputs"]?.integer, let outputs = fields["outputs"]?.integer,
            let factors = fields["factors"]?.integer, let norm = fields["norm"]?.integer, let shifts = fields["shifts"]?.integer, extents.contains(inputs),
            extents.contains(outputs),
            (0...1).contains(factors), (0...1).contains(norm), (0...1).contains(shifts)
        else { throw .field("layer \(index)") }
        do {
            var layer = Layer(kernel: try container.signs("\(index).kernel", shape: [outputs, inputs]))
            if factors == 1 { layer.factors = try container.tensor("\(index).factors", shape: [outputs]).elements }
            if shifts == 1 { layer.shifts = try container.tensor("\(index).shifts", shape: [outputs]).elements }
            if norm == 1 {
                layer.norm = Norm(
                    a: try container.tensor("\(index).norm.a", shape: [inputs]).elements, b: try container.tensor("\(index).norm.b", shape: [inputs]).elements)
            }
            return layer
        } catch { throw .container(error) }
    }
}
