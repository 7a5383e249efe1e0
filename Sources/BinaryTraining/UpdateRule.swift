public import BinaryNN

/// The numbers a rule keeps for each parameter between steps (moments, accumulators): one array per slot, as long as the parameter.
public struct RuleState: Sendable {
    public var slots: [[Float]]

    public init(slots: Int, count: Int) { self.slots = Array(repeating: Array(repeating: 0, count: count), count: slots) }

    /// Bytes held.
    public var byteCount: Int { slots.reduce(0) { $0 + $1.count * 4 } }
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

    /// Its schedules by name, for logs.
    var schedules: [String: Schedule] { get }

    /// Applies one step to `id`. Returns the number of signs flipped when the rule knows it for free, else nil.
    func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> Int?
}
