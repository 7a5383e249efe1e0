/// How far a long call has come.
public struct Progress: Sendable, Hashable {
    /// What is going on: `training bop`, `checking`.
    public var stage: String
    /// Units done, out of `total`.
    public var completed: Int
    /// nil when nobody knows.
    public var total: Int?
    /// What is counted: `images`.
    public var unit: String
    /// What is worth knowing besides: `epoch 3/10, loss 0.312`.
    public var note: String

    public init(stage: String, completed: Int, total: Int?, unit: String, note: String = "") {
        (self.stage, self.completed, self.total, self.unit, self.note) = (stage, completed, total, unit, note)
    }
}

/// What a long call asks of its caller: where to say how far it is, whether to stop, and what time it is. Workflows read no clock and
/// install no signal handler of their own.
public struct RunControl: Sendable {
    /// Seconds on a clock that never goes back; only differences mean anything.
    public var seconds: @Sendable () -> Double
    /// True once the work should end early. Polled between steps; the work then keeps the best it has.
    public var isCancelled: @Sendable () -> Bool
    /// Called now and then from the calling thread.
    public var onProgress: @Sendable (Progress) -> Void
    /// A line worth keeping: a finished epoch, a file written.
    public var log: @Sendable (String) -> Void

    public init(
        seconds: @escaping @Sendable () -> Double, isCancelled: @escaping @Sendable () -> Bool = { false },
        onProgress: @escaping @Sendable (Progress) -> Void = { _ in }, log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.seconds, self.isCancelled, self.onProgress, self.log) = (seconds, isCancelled, onProgress, log)
    }
}
