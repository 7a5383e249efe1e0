internal import BinaryNN
internal import ModelZoo
public import Profiling

extension LoadedModel {
    /// Counts of the file, with its size.
    public var summary: ModelSummary { ModelSummary(model, fileBytes: fileBytes) }
}

extension ModelSummary {
    /// A named architecture as it would ship.
    /// - Throws: `ModelNameError`, or `ShapeError` when its layers do not fit.
    public init(named name: String, binarisedInput: Bool) throws {
        let network: Network
        switch try ModelName(name) {
        case .mlp(let widths):
            network = try MultilayerPerceptron(widths: widths, kernel: .binary).network(
                input: binarisedInput ? .sign : .byte(zeroPoint: 128, shift: 7))
        }
        self.init(network, model: name)
    }
}
