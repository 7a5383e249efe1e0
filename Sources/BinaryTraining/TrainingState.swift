public import BinaryNN

/// Where a run stands: all that a checkpoint saves, and all that the next step depends on besides options and data.
public struct TrainingState: Sendable {
    public internal(set) var parameters: ParameterStore
    public internal(set) var optimizer: BoundOptimizer
    /// Whole epochs done.
    public internal(set) var epoch = 0
    /// Steps done in the epoch under way.
    public internal(set) var stepInEpoch = 0
    /// Sums over the epoch under way.
    public internal(set) var totals = EpochTotals()
    /// The epoch with the best accuracy so far; nil when nothing was tested.
    public internal(set) var best: Best?

    /// By accuracy on the validation part, or the test part where there is none; the earliest wins ties.
    public struct Best: Sendable, Hashable, Codable {
        /// Counted from 1.
        public var epoch: Int
        public var accuracy: Double
    }

    public init(parameters: ParameterStore, optimizer: BoundOptimizer) {
        self.parameters = parameters
        self.optimizer = optimizer
    }
}

/// Sums over the steps of an epoch, from which its report is made.
public struct EpochTotals: Sendable, Hashable, Codable {
    public var loss = 0.0
    public var correct = 0
    public var items = 0
    /// By parameter name: flips and the signs that could have flipped.
    public var flips: [String: Flips] = [:]
    /// By name of the kernel: what was measured.
    var layers: [String: LayerDiagnostics.Sums] = [:]
    /// By parameter name: what rules had to say, summed over the steps. nil where nobody said anything, as in checkpoints of older versions.
    public internal(set) var measures: [String: [String: Double]]?

    public init() {}

    public struct Flips: Sendable, Hashable, Codable {
        public var flips = 0
        public var opportunities = 0

        /// Mean share of the signs that changed between two updates.
        public var ratio: Double { opportunities > 0 ? Double(flips) / Double(opportunities) : 0 }
    }

    /// Mean share of all signs that changed between two updates.
    public var flipRatio: Double {
        let total = flips.values.reduce(into: Flips()) {
            $0.flips += $1.flips
            $0.opportunities += $1.opportunities
        }
        return total.ratio
    }
}

/// What an epoch came to.
public struct EpochReport: Sendable, Hashable, Codable {
    /// Counted from 1.
    public var epoch: Int
    public var step: Int
    public var trainLoss: Double
    /// Share of training items whose largest training-mode score was the label's, while the weights moved.
    public var trainAccuracy: Double
    /// Of the inference pass on the whole test split, after the epoch.
    public var testAccuracy: Double?
    /// As `testAccuracy`, of the validation part.
    public var validationAccuracy: Double?
    public var flipRatio: Double
    public var flipRatios: [String: Double]
    /// By name of the kernel; empty when nothing was measured.
    public var diagnostics: [String: LayerDiagnostics]
    /// Values of the schedules at the epoch's last step: `adam.learningRate`.
    public var schedules: [String: Double]
    public var seconds: Double
    /// Part of `seconds` in which the steps waited for their batches.
    public var waitSeconds: Double
    public var imagesPerSecond: Double
    /// By parameter name: what rules had to say, summed over the steps of the epoch.
    public var measures: [String: [String: Double]]?
}

/// Progress within an epoch.
public struct StepReport: Sendable, Hashable {
    public var epoch: Int
    public var stepInEpoch: Int
    public var stepsPerEpoch: Int
    /// Mean over the epoch so far.
    public var trainLoss: Double
    public var trainAccuracy: Double
}

public enum TrainingError: Error, Hashable, CustomStringConvertible {
    /// A number is no longer finite; epoch and step are counted from 1.
    case diverged(epoch: Int, step: Int, Divergence)
    case emptyData(String)
    case classes(network: Int, data: Int)
    case itemShape(network: String, data: String)
    case teacher(items: Int, classes: Int, data: Int, network: Int)
    case noTeacher
    /// A rule could not make its step.
    case rule(parameter: String, rule: String, reason: String)

    public var description: String {
        switch self {
        case .diverged(let epoch, let step, let place):
            "\(place) is no longer finite in epoch \(epoch), step \(step); lower the learning rate or clip the gradients"
        case .emptyData(let name): "\(name) has no training items; give a split with at least one"
        case .classes(let network, let data): "the network has \(network) outputs but the data \(data) classes; make them equal"
        case .teacher(let items, let classes, let data, let network):
            "the teacher has scores of \(items) items in \(classes) classes, but the training data has \(data) items and the network \(network) classes; give scores of the same items"
        case .noTeacher: "the loss asks for a teacher's scores but there are none; give the trainer some"
        case .rule(let parameter, let rule, let reason): "\(rule) could not update \(parameter): \(reason)"
        case .itemShape(let network, let data): "the network takes items of shape \(network) but the data has \(data); change one of them"
        }
    }
}
