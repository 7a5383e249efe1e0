internal import BinaryNN
internal import ModelZoo
public import Profiling

extension LoadedModel {
    /// Counts of the file, with its size.
    public var summary: ModelSummary { ModelSummary(model, fileBytes: fileBytes) }
}

extension ModelSummary {
    /// A model file, of items or of a graph.
    /// - Throws: `FileError` or `ModelFileError`, which name the file and the fault.
    public init(contentsOf path: String) throws { self = try LoadedGraphModel(path: path)?.summary ?? LoadedModel(path: path).summary }

    /// A named architecture as it would ship.
    /// - Throws: `ModelNameError`, or `ShapeError` when its layers do not fit.
    public init(named name: String, binarisedInput: Bool) throws {
        let model = try ModelName(name)
        let (items, classes) = model.standard
        let network = try model.network(
            items: items, classes: classes, input: binarisedInput || model.isGraph ? .sign : .byte(zeroPoint: 128, shift: 7), ModelOptions(kernel: .binary))
        self.init(network, model: name)
    }
}
