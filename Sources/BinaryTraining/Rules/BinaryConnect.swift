public import BinaryNN
public import BitCore

/// BinaryConnect (Courbariaux, Bengio, David, NeurIPS 2015, arXiv 1511.00363). Passes see the signs of latent weights w; the gradient with
/// respect to the signs moves w by `descent` (Adam in the paper's experiments), the step multiplied by 1/√(1.5/(fan in + fan out)) of the
/// kernel, and w is clipped to [−clip, clip].
///
/// In the stochastic form passes draw the signs, +1 with probability (w+1)/2. That is the layers' doing, and nothing here differs.
public struct BinaryConnect: UpdateRule {
    /// η. The default is that of the CIFAR-10 experiment.
    public var learningRate: Schedule
    public var descent: Descent
    /// Multiply the step of each kernel by 1/√(1.5/(fan in + fan out)).
    public var scalesSteps: Bool
    public var clip: Schedule

    public init(
        learningRate: Schedule = .exponential(from: 3e-3, to: 2e-6), descent: Descent = .adam, scalesSteps: Bool = true,
        clip: Schedule = 1.0
    ) {
        self.learningRate = learningRate
        self.descent = descent
        self.scalesSteps = scalesSteps
        self.clip = clip
    }

    public var name: String { "binaryconnect" }
    public var encodings: Set<ParameterEncoding> { [.latentBinary] }
    public var slotNames: [String] { descent.slotNames }
    public var numberNames: [String] { descent.numberNames }
    public var schedules: [String: Schedule] { ["learningRate": learningRate] }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let scale = scalesSteps ? Self.stepScale(parameters.spec(id).shape) : 1
        return descent.step(
            id, of: &parameters, gradients, &state, rate: learningRate.value(at: clock) * scale, clip: clip.value(at: clock), .none, clock, context)
    }

    /// 1/√(1.5/(fan in + fan out)) of a kernel [outputs × … × inputs]; the extents between, those of a window, count in both fans.
    public static func stepScale(_ shape: Shape) -> Double {
        guard shape.rank >= 2 else { return 1 }
        let (outputs, inputs) = (shape[0], shape.columns)
        let window = shape.count / Swift.max(outputs * inputs, 1)
        return 1 / (1.5 / Double(window * (inputs + outputs))).squareRoot()
    }
}
