import BinaryNN
import BinaryTraining
import BitCore
import DenseMath
import Testing
import _TestSupport

/// Numbers that are no longer finite stop a run and are named.
@Suite struct DivergenceTests {
    func divergence(_ run: TinyRun) throws -> TrainingError? {
        var trainer = try run.trainer()
        do {
            try trainer.train(run.train, test: nil, TrainingHooks())
            return nil
        } catch let error as TrainingError { return error }
    }

    func run(_ rule: some UpdateRule) throws -> TinyRun {
        try TinyRun(kernel: .latentBinary, optimizer: Optimizer([.init(.everythingElse, rule)]))
    }

    /// Adam's first step of 10³⁸ leaves batch norm's scale finite but its products not.
    @Test func aStepThatIsTooLong() throws {
        let error = try #require(try divergence(try run(Adam(learningRate: .constant(1e38)))))
        guard case .diverged(epoch: 1, step: 2, .output(let layer)) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(layer.hasPrefix("norm"))
        #expect("\(error)" == "the output of layer \(layer) is no longer finite in epoch 1, step 2; lower the learning rate or clip the gradients")
    }

    /// A layer that hands on what it is given, and poison in one pass of a chosen step.
    struct Trap: Layer {
        enum Place: Sendable { case output, inputGradient }
        var place: Place
        var kind: String { "Trap" }

        mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
            Signal(inputs[0].shape, .real)
        }

        func forward(
            _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
        ) -> Activation {
            var values = inputs[0].real(context)
            if place == .output { values.withUnsafeMutableElements { $0[3] = .infinity } }
            return .real(values)
        }

        func backward(
            _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
            _ context: ExecutionContext
        ) -> [Tensor?] {
            var gradient = outputGradient
            if place == .inputGradient { gradient.withUnsafeMutableElements { $0[3] = .nan } }
            return [gradient]
        }

        func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
    }

    func trapped(_ place: Trap.Place, clipping: GradientClipping = .none) throws -> TinyRun {
        var run = try run(Adam())
        run.options.clipping = clipping
        var builder = NetworkBuilder(input: Signal([60], .byte(zeroPoint: 128, shift: 7)))
        try builder.add(Dense(70), named: "dense1")
        try builder.add(BatchNorm(), named: "norm1")
        try builder.add(Sign(), named: "sign1")
        try builder.add(Dense(3), named: "dense2")
        try builder.add(Trap(place: place), named: "trap")
        try builder.add(BatchNorm(), named: "norm2")
        run.network = builder.build()
        return run
    }

    @Test func theLayerIsNamed() throws {
        #expect(try divergence(try trapped(.output)) == .diverged(epoch: 1, step: 1, .output(layer: "trap")))
    }

    /// Every gradient before the trap is poisoned; the one nearest to the loss is where it began.
    @Test(arguments: [GradientClipping.none, GradientClipping(norm: 1)])
    func theGradientIsNamed(clipping: GradientClipping) throws {
        #expect(
            try divergence(try trapped(.inputGradient, clipping: clipping)) == .diverged(epoch: 1, step: 1, .gradient(parameter: "dense2.kernel")))
    }

    /// The gradient is finite, but its square is not.
    @Test func theParameterIsNamed() throws {
        let spec = ParameterSpec(name: "w", shape: [2, 3], role: .kernel, encoding: .real)
        var store = ParameterStore([spec])
        var optimizer = try Optimizer([.init(.everythingElse, Adam())]).bind(to: [spec])
        var gradients = Gradients([spec])
        gradients.withMutable(store.ids[0]) { $0[4] = 1e30 }
        let clock = TrainingClock(step: 0, stepsPerEpoch: 1, totalSteps: 1)
        let outcome = optimizer.step(&store, gradients, clock, countFlips: false, ExecutionContext(engine: PortableEngine()))
        #expect(outcome.fault == store.ids[0])
        #expect("\(Divergence.update(parameter: "w", rule: "adam"))" == "w or what adam remembers of it")
    }
}
