internal import BitCore
public import QUBOTraining

/// What the commands about discrete training say of the objective.
public struct ObjectiveOptions: Sendable, Hashable {
    /// A number, or `auto` for the greatest that can buy no error; nil for no margins.
    public var margin: String?
    /// `sum` or `worst`.
    public var marginMeasure: String
    /// `hidden`, `output` or `all`.
    public var marginNeurons: String
    /// Margin of the hinge loss; nil for the Hamming loss.
    public var hinge: Int?

    public init(margin: String? = nil, marginMeasure: String = "sum", marginNeurons: String = "all", hinge: Int? = nil) {
        (self.margin, self.marginMeasure, self.marginNeurons, self.hinge) = (margin, marginMeasure, marginNeurons, hinge)
    }

    /// - Throws: `UnknownName` or `ConfigurationError`.
    public func resolve() throws -> TrainingObjective {
        guard let measure = MarginReward.Measure(rawValue: marginMeasure) else {
            throw UnknownName("margin measure", marginMeasure, known: MarginReward.Measure.allCases.map(\.rawValue))
        }
        guard let neurons = MarginReward.Neurons(rawValue: marginNeurons) else {
            throw UnknownName("group of neurons", marginNeurons, known: MarginReward.Neurons.allCases.map(\.rawValue))
        }
        var reward: MarginReward?
        if let margin {
            reward = MarginReward(neurons: neurons, measure: measure)
            if margin != "auto" {
                guard let weight = Double(margin), weight.isFinite, weight >= 0 else {
                    throw ConfigurationError(reason: "a margin of “\(margin.prefix(40))”; give a number of at least 0, or auto")
                }
                reward?.weight = weight
            }
        }
        return TrainingObjective(loss: hinge.map { .hinge(margin: $0) } ?? .hamming, margin: reward)
    }

    /// What in a problem is beyond its bounds.
    public static func warnings(_ problem: SpinProblem) -> [String] {
        var warnings: [String] = []
        let samples = problem.samples
        if samples.errorFloor > 0 {
            warnings.append(
                "samples of equal input want different outputs: no weights make fewer than \(samples.errorFloor) of "
                    + "\(samples.count * samples.outputs) outputs wrong")
        }
        if let margin = problem.objective.margin, let weight = margin.weight, weight > problem.lexicographicWeight {
            warnings.append("a margin of \(weight) is above \(problem.lexicographicWeight), from where on margins can buy errors")
        }
        return warnings
    }
}

/// What they say of the dropout iteration; nil parts take its defaults.
public struct DropoutRequest: Sendable, Hashable {
    /// Probability that a hidden unit is left out.
    public var rate: Double
    public var rounds: Int?
    public var step: Double?
    public var decay: Double?
    public var batch: Int?
    /// `solve` or `vote`.
    public var decoding: String?

    public init(rate: Double, rounds: Int? = nil, step: Double? = nil, decay: Double? = nil, batch: Int? = nil, decoding: String? = nil) {
        (self.rate, self.rounds, self.step, self.decay, self.batch, self.decoding) = (rate, rounds, step, decay, batch, decoding)
    }

    /// - Throws: `UnknownName` or `DropoutError`.
    public func iteration(_ solver: any SpinSolver) throws -> DropoutIteration {
        var options = DropoutIteration.Options(rate: rate, step: step, batch: batch)
        if let rounds { options.rounds = rounds }
        if let decay { options.decay = decay }
        if let decoding {
            guard let known = DropoutIteration.Decoding(rawValue: decoding) else {
                throw UnknownName("decoding", decoding, known: DropoutIteration.Decoding.allCases.map(\.rawValue))
            }
            options.decoding = known
        }
        return try DropoutIteration(solver, options)
    }

    /// Whether the steps lead beyond the bound up to which penalties buy no error.
    static func warnings(_ iteration: DropoutIteration, _ problem: SpinProblem) -> [String] {
        let reach = (0..<iteration.options.rounds).reduce(0) { sum, _ in sum * iteration.options.decay + iteration.step(problem) }
        guard reach > problem.linearBound * (1 + 1e-9) else { return [] }
        return ["dropout steps of \(iteration.step(problem)) add up to \(reach), above \(problem.linearBound), from where on penalties can buy errors"]
    }
}
