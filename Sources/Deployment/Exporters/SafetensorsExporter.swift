public import BinaryInference
internal import BitCore

/// Files that an export as safetensors made.
public struct ExportedSafetensors: Sendable, Hashable, Codable {
    /// Paths of the model file and of the test vectors.
    public let files: [String]
    /// Bytes of the model file.
    public let modelBytes: Int
    public let vectors: Int

    public var model: String { files[0] }
    public var testVectors: String { files[1] }
}

/// Writes the model file, which is safetensors already, and test vectors in JSON for whoever reads it with other software: inputs,
/// scores and classes of every item, and every value in between of the first.
public struct SafetensorsExporter {
    let model: InferenceModel
    let name: String

    /// - Parameter name: of the files, made an identifier; nil takes the model's name.
    public init(_ model: InferenceModel, name: String? = nil) {
        self.model = model
        self.name = CText.identifier(name ?? model.name)
    }

    /// Writes `NAME.safetensors` and `NAME_vectors.json` into a folder, which is made where it is missing.
    /// - Precondition: `vectors` are whole items of `model.inputCount` bytes.
    public func write(to folder: String, vectors: [UInt8] = []) throws(ExportError) -> ExportedSafetensors {
        precondition(vectors.count % model.inputCount == 0, "\(vectors.count) bytes are not items of \(model.inputCount)")
        try makeFolder(folder)
        let base = folder.hasSuffix("/") ? folder + name : folder + "/" + name
        let files = [base + ".safetensors", base + "_vectors.json"]
        let encoded = model.encoded()
        var text: [UInt8] = []
        testVectors(vectors).append(to: &text)
        do {
            try AtomicFile.write(encoded, to: files[0])
            try AtomicFile.write(text + [UInt8(ascii: "\n")], to: files[1])
        } catch {
            throw .file(error)
        }
        return ExportedSafetensors(files: files, modelBytes: encoded.count, vectors: vectors.count / model.inputCount)
    }

    private func testVectors(_ vectors: [UInt8]) -> JSONValue {
        let (width, classes) = (model.inputCount, model.classes)
        let interpreter = ReferenceInterpreter(model)
        let items = stride(from: 0, to: vectors.count, by: width).map { start in
            let item = Array(vectors[start..<start + width])
            let trace = interpreter.trace(item)
            let best =
                switch trace[trace.count - 1] {
                case .reals(let scores): InferenceModel.highest(scores, classes: classes)[0]
                case let scores: InferenceModel.highest(scores.numbers, classes: classes)[0]
                }
            var fields: [String: JSONValue] = [
                "input": Self.numbers(item.map(Int.init)), "scores": Self.numbers(trace[trace.count - 1]), "class": .integer(best),
            ]
            if start == 0 {
                let values = zip(model.nodes, trace.dropFirst())
                fields["trace"] = .array(
                    values.map { node, value in
                        .object([
                            "node": .string(node.name), "op": .string(node.operation.identifier), "values": Self.numbers(value),
                        ])
                    })
            }
            return JSONValue.object(fields)
        }
        return .object([
            "model": .string(model.name), "inputShape": Self.numbers(model.input.shape.dimensions), "classes": .integer(classes),
            "scoreExponent": .integer(model.scoreExponent), "vectors": .array(items),
        ])
    }

    private static func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }

    /// Whole numbers as such, and Float32 as the decimal numbers that they are, null for what is none.
    private static func numbers(_ value: ReferenceValue) -> JSONValue {
        if case .reals(let values) = value { .array(values.map { $0.isFinite ? .real(Double($0)) : .null }) } else { numbers(value.numbers) }
    }
}
