public import BinaryNN
public import BinaryTraining
public import BitCore
internal import DenseMath

/// One parameter under one rule, step by step: for tests that compare a rule with its equations.
public struct RuleRun: Sendable {
    public let rule: any UpdateRule
    public private(set) var store: ParameterStore
    public private(set) var state: RuleState
    public private(set) var step = 0
    public let id: ParameterID
    private let stepsPerEpoch: Int
    private let totalSteps: Int
    private let context: ExecutionContext

    /// - Parameter weights: the initial values, or (by sign) the initial bits.
    public init(
        _ rule: any UpdateRule, _ encoding: ParameterEncoding, _ weights: [Float], shape: Shape? = nil, stepsPerEpoch: Int = 5, totalSteps: Int = 20,
        _ set: InstructionSet = .active
    ) {
        self.rule = rule
        let spec = ParameterSpec(name: "w", shape: shape ?? [1, weights.count], role: .kernel, encoding: encoding)
        store = ParameterStore([spec])
        id = store.ids[0]
        state = RuleState(for: rule, count: spec.count)
        (self.stepsPerEpoch, self.totalSteps) = (stepsPerEpoch, totalSteps)
        context = ExecutionContext(engine: PortableEngine(), kernels: Kernels(set), parallel: Parallel(threads: 2))
        if encoding == .binary {
            store.setSigns(id, weights.withUnsafeBufferPointer { context.kernels.packSigns($0, shape: spec.shape) })
        } else {
            store.setReals(id, weights)
        }
    }

    /// The clock of the next step.
    public var clock: TrainingClock { TrainingClock(step: step, stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps) }

    public mutating func update(_ gradient: [Float]) -> UpdateOutcome {
        var gradients = Gradients(store.specs)
        gradients.withMutable(id) { _ = $0.update(fromContentsOf: gradient) }
        defer { step += 1 }
        return rule.update(id, of: &store, gradients, &state, clock, context)
    }

    /// The weights, ±1 for bits.
    public var weights: [Float] {
        guard store.spec(id).encoding == .binary else { return store.reals(id) }
        let signs = store.signs(id)
        return (0..<signs.shape.rows).flatMap { row in (0..<signs.shape.columns).map { signs[row, $0] ? 1 : -1 } }
    }
}
