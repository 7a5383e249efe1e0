internal import BitCore
internal import Foundation
public import Ising
public import QUBOTraining

/// A trained network as JSON: its graph, its weights, and how items become inputs.
public struct TrainedSpins: Sendable, Hashable, Codable {
    public static let fileName = "weights.json"

    /// Values that an item brings: units 0 ..< inputs.
    public var inputs: Int
    /// Unit `inputs` is +1 in every sample.
    public var hasBias: Bool
    public var units: Int
    /// Units whose signs are the answer.
    public var outputs: [Int]
    /// Source and target of each weight.
    public var edges: [[Int]]
    /// −1 or +1.
    public var weights: [Int]
    /// nil where inputs are ±1 as they are.
    public var encoding: SpinEncoding?
    public var task: ClassTask?
    public var evaluation: SpinEvaluation

    public init(_ task: DiscreteTask, weights: PackedSpins, evaluation: SpinEvaluation) {
        let network = task.network
        (inputs, hasBias, units, outputs) = (network.inputs, network.hasBias, network.units, network.outputs)
        edges = network.edges.map { [$0.source, $0.target] }
        self.weights = weights.spins.map(Int.init)
        (encoding, self.task, self.evaluation) = (task.encoding, task.task, evaluation)
    }

    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write([UInt8](try encoder.encode(self)) + [10], to: path)
    }
}
