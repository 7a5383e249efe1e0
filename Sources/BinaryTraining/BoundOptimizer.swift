public import BinaryNN
internal import BitCore

/// An optimiser with its state for one network.
public struct BoundOptimizer: Sendable {
    public let routes: [Optimizer.Route]
    private let specs: [ParameterSpec]
    private let assignment: [Int?]
    /// By parameter; empty for statistics.
    public private(set) var states: [RuleState]

    init(routes: [Optimizer.Route], specs: [ParameterSpec], assignment: [Int?]) {
        self.routes = routes
        self.specs = specs
        self.assignment = assignment
        states = zip(specs, assignment).map { spec, route in
            route.map { RuleState(for: routes[$0].rule, count: spec.count) } ?? RuleState(slots: 0, count: spec.count)
        }
    }

    /// The rule of a parameter; nil for statistics.
    public func rule(for id: ParameterID) -> (any UpdateRule)? { assignment[id.index].map { routes[$0].rule } }

    /// Kernels whose rules want signals, and where.
    public var signalRequests: [ParameterID: SignalSite] {
        var result: [ParameterID: SignalSite] = [:]
        for (index, route) in assignment.enumerated() where route != nil && specs[index].role == .kernel {
            if let route, let site = routes[route].rule.signals { result[ParameterID(index: index)] = site }
        }
        return result
    }

    /// Bytes that the rules' state takes.
    public var stateBytes: Int { states.reduce(0) { $0 + $1.byteCount } }

    /// What one step came to.
    public struct Outcome: Sendable, Hashable {
        /// For each kernel of signs how many of them flipped, where that was counted.
        public var flips: [FlipCount] = []
        /// The first parameter whose step wrote a number that is not finite.
        public var fault: ParameterID?
        /// What rules have to say of their steps.
        public var measures: [ParameterID: [String: Double]] = [:]
        /// The first parameter whose step could not be made, and why.
        public var failure: Failure?

        public struct Failure: Sendable, Hashable {
            public var parameter: ParameterID
            public var reason: String
        }
    }

    /// One step for every trained parameter. With `countFlips`, flips are counted for each kernel of signs; without, only where the rule
    /// knows them for free.
    public mutating func step(
        _ parameters: inout ParameterStore, _ gradients: Gradients, _ clock: TrainingClock, countFlips: Bool, _ context: ExecutionContext
    ) -> Outcome {
        var outcome = Outcome()
        for (index, route) in assignment.enumerated() {
            guard let route else { continue }
            let id = ParameterID(index: index)
            let spec = specs[index]
            let rule = routes[route].rule
            let hasHiddenSigns = spec.encoding == .latentBinary || (spec.encoding == .real && rule.shipsSigns)
            let before = hasHiddenSigns && countFlips ? parameters.signs(id, kernels: context.kernels, parallel: context.parallel) : nil
            let update = rule.update(id, of: &parameters, gradients, &states[index], clock, context)
            if let reason = update.failure {
                outcome.failure = .init(parameter: id, reason: reason)
                return outcome
            }
            if !update.measures.isEmpty { outcome.measures[id] = update.measures }
            if !update.isFinite, outcome.fault == nil { outcome.fault = id }
            if let known = update.flips {
                outcome.flips.append(FlipCount(parameter: id, flips: known, count: spec.count))
            } else if let before {
                let now = parameters.signs(id, kernels: context.kernels, parallel: context.parallel)
                outcome.flips.append(FlipCount(parameter: id, flips: context.kernels.differingBits(before, now), count: spec.count))
            }
        }
        return outcome
    }

    /// Replaces the state of a parameter, as a checkpoint does.
    mutating func setState(_ state: RuleState, of id: ParameterID) {
        precondition(
            state.slots.count == states[id.index].slots.count && state.numbers.count == states[id.index].numbers.count
                && state.slots.allSatisfy { $0.count == specs[id.index].count },
            "state of another shape for \(specs[id.index].name)")
        states[id.index] = state
    }
}

/// How many signs of a kernel one step flipped.
public struct FlipCount: Sendable, Hashable {
    public var parameter: ParameterID
    public var flips: Int
    public var count: Int
}
