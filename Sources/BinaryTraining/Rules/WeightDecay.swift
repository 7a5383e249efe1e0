internal import BinaryNN

/// What pulls real parameters to 0 besides their gradient. Latent weights, of which only the sign counts, are never pulled.
public struct WeightDecay: Sendable, Hashable {
    /// λ of the gradient g + λw: the derivative of λ/2·‖w‖².
    public var l2: Schedule
    /// λ of w ← (1 − ηλ)w beside the step (Loshchilov & Hutter 2019): with Adam that makes AdamW.
    public var decoupled: Schedule

    public init(l2: Schedule = 0.0, decoupled: Schedule = 0.0) {
        self.l2 = l2
        self.decoupled = decoupled
    }

    public static let none = WeightDecay()

    /// g + l2·w and keep·w, for a parameter of the given encoding and a step of the given rate.
    func terms(_ encoding: ParameterEncoding, rate: Double, _ clock: TrainingClock) -> (l2: Float, keep: Float) {
        guard encoding == .real else { return (0, 1) }
        return (Float(l2.value(at: clock)), Float(1 - rate * decoupled.value(at: clock)))
    }

    /// Its schedules for logs: those that are not 0.
    var schedules: [String: Schedule] { ["l2": l2, "weightDecay": decoupled].filter { $0.value != 0.0 } }
}
