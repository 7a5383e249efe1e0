public import BinaryNN
public import BitCore

/// What a rule remembers of a parameter between steps. Checkpoints save it.
public struct RuleState: Sendable {
    /// Moments and accumulators: one array per slot, as long as the parameter.
    public var slots: [[Float]]
    /// What is kept of the parameter as a whole, exactly: bias corrections under schedules, shares. All begin at 0.
    public var numbers: [Double]

    public init(slots: Int, count: Int, numbers: Int = 0) {
        self.slots = Array(repeating: Array(repeating: 0, count: count), count: slots)
        self.numbers = Array(repeating: 0, count: numbers)
    }

    /// What `rule` keeps of a parameter of `count` elements before the first step.
    public init(for rule: any UpdateRule, count: Int) {
        self.init(slots: rule.slotNames.count, count: count, numbers: rule.numberNames.count)
    }

    /// Bytes held.
    public var byteCount: Int { slots.reduce(0) { $0 + $1.count * 4 } + numbers.count * 8 }

    /// The first two slots, to be changed in place; empty where the state has fewer.
    mutating func withSlots<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Result
    ) -> Result {
        let none = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
        return slots.withUnsafeMutableBufferPointer { slots in
            switch slots.count {
            case 0: return body(none, none)
            case 1: return slots[0].withUnsafeMutableBufferPointer { body($0, none) }
            default:
                return slots[0].withUnsafeMutableBufferPointer { first in
                    slots[1].withUnsafeMutableBufferPointer { second in body(first, second) }
                }
            }
        }
    }
}

/// How a gradient changes a parameter. A rule is a value without state of its own: what it remembers lies in `RuleState`, which
/// checkpoints save.
public protocol UpdateRule: Sendable {
    /// The name that configurations use: `adam`, `bop`.
    var name: String { get }

    /// The encodings it can update.
    var encodings: Set<ParameterEncoding> { get }

    /// Names of its state arrays, in the order of `RuleState.slots`.
    var slotNames: [String] { get }

    /// Names of its numbers, in the order of `RuleState.numbers`.
    var numberNames: [String] { get }

    /// Its schedules by name, for logs.
    var schedules: [String: Schedule] { get }

    /// Where it wants the gradient at the outputs of a kernel's layer, with the layer's inputs; nil, as by default, for rules that do without. Only for
    /// kernels of a rule that wants them are they kept (`Gradients.signals(of:)`).
    var signals: SignalSite? { get }

    /// True where the real weights that it moves are shipped as their signs, which are then counted as those of latent weights are.
    var shipsSigns: Bool { get }

    /// Applies one step to `id`.
    func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome

    /// How many weights stand below the rule's threshold: those that no small change of gradient would flip or turn, as the rule defines it
    /// (`clock` is that of the step just done). Nil when it has no such notion for the parameter.
    func countBelowThreshold(
        _ id: ParameterID, of parameters: ParameterStore, _ state: RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> Int?
}

extension UpdateRule {
    public var numberNames: [String] { [] }
    public var signals: SignalSite? { nil }
    public var shipsSigns: Bool { false }

    public func countBelowThreshold(
        _ id: ParameterID, of parameters: ParameterStore, _ state: RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> Int? { nil }
}
