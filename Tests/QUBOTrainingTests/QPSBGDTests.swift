import BinaryNN
import BinaryTraining
import BitCore
import DenseMath
import QUBOTraining
import Testing

/// The rules of QP-SBGD on one layer, where everything can be said exactly.
@Suite struct QPSBGDTests {
    static let context = ExecutionContext(engine: PortableEngine())

    /// One layer of binary neurons whose outputs' gradients are −labels, whatever the weights: all samples of n inputs, labelled by a teacher.
    struct Teacher {
        var network: Network
        var kernel: ParameterID
        var wanted: PackedTensor
        var inputs: PackedTensor
        var gradient: Tensor

        init(_ fanIn: Int, outputs: Int, encoding: ParameterEncoding, seed: UInt64) throws {
            var builder = NetworkBuilder(input: Signal([fanIn], .sign))
            try builder.add(Dense(outputs, kernel: encoding), named: "dense1")
            network = builder.build()
            kernel = try #require(network.signalParameters.first)
            var generator = SeededGenerator(seed: seed)
            wanted = coins([outputs, fanIn], &generator)
            inputs = PackedTensor(minusOnes: [1 << fanIn, fanIn])
            for sample in 0..<1 << fanIn {
                for input in 0..<fanIn { inputs[sample, input] = sample >> input & 1 == 1 }
            }
            gradient = Tensor(zeros: [1 << fanIn, outputs])
            for sample in 0..<1 << fanIn {
                for output in 0..<outputs {
                    let dot = (0..<fanIn).reduce(0) { $0 + (inputs[sample, $1] == wanted[output, $1] ? 1 : -1) }
                    gradient[sample * outputs + output] = dot >= 0 ? -1 : 1
                }
            }
        }

        /// One step of a rule.
        func step(_ rule: any UpdateRule, _ parameters: inout ParameterStore, step: Int = 0) -> UpdateOutcome {
            var gradients = Gradients(network.specs)
            gradients.request(rule.signals.map { [kernel: $0] } ?? [:])
            let context = QPSBGDTests.context.drawing(seed: 5, step: step)
            let tape = network.forward(.packed(inputs), parameters, context)
            network.backward(gradient, tape, parameters, into: &gradients, context)
            var state = RuleState(for: rule, count: network.specs[kernel.index].count)
            return rule.update(kernel, of: &parameters, gradients, &state, TrainingClock(step: step, stepsPerEpoch: 10, totalSteps: 100), context)
        }
    }

    /// Both forms move towards the teacher, by η in every entry.
    @Test(arguments: LayerProjection.Variant.allCases, [5, 6])
    func latentWeightsMoveAlongTheProjection(_ variant: LayerProjection.Variant, _ fanIn: Int) throws {
        let teacher = try Teacher(fanIn, outputs: 3, encoding: .latentBinary, seed: 1)
        var parameters = teacher.network.makeParameters(SeededGenerator(seed: 2))
        let before = parameters.reals(teacher.kernel)
        let rule = QPSBGD(learningRate: 0.25, projection: LayerProjection(variant: variant))
        let outcome = teacher.step(rule, &parameters)
        let after = parameters.reals(teacher.kernel)
        #expect(outcome.failure == nil && outcome.isFinite)
        #expect(outcome.measures["projection.gap"] == 0 && outcome.measures["projection.proved"] == 3)
        // With odd fan-in the teacher agrees with every label, and it alone.
        if fanIn == 5 { #expect(outcome.measures["projection.objective"] == outcome.measures["projection.bound"]) }
        for (place, (old, new)) in zip(before, after).enumerated() {
            #expect(abs(abs(new - old) - 0.25) < 1e-6)
            if fanIn == 5 { #expect((new > old) == teacher.wanted[place / fanIn, place % fanIn]) }
        }
        // And it goes on past ±1, unless it is told not to.
        for step in 1..<20 { _ = teacher.step(rule, &parameters, step: step) }
        #expect(parameters.reals(teacher.kernel).contains { abs($0) > 2 })
        let clipped = QPSBGD(learningRate: 0.25, projection: LayerProjection(variant: variant), clip: 1.0)
        _ = teacher.step(clipped, &parameters)
        #expect(parameters.reals(teacher.kernel).allSatisfy { abs($0) <= 1 })
    }

    /// Where the gradients at W project onto W, W stays; and what projects onto it returns to it, no entry ever moving away.
    @Test(arguments: [0.1, 0.5, 1.0], 0..<5 as Range<UInt64>)
    func fixedPointsStayAndAttract(_ rate: Double, _ seed: UInt64) throws {
        let teacher = try Teacher(7, outputs: 4, encoding: .binary, seed: seed)
        let rule = ProjectedQPSBGD(rate: .constant(rate))
        var parameters = teacher.network.makeParameters(SeededGenerator(seed: seed))
        parameters.setSigns(teacher.kernel, teacher.wanted)
        for step in 0..<30 {
            #expect(teacher.step(rule, &parameters, step: step).flips == 0)
        }
        #expect(parameters.signs(teacher.kernel) == teacher.wanted)
        // From anywhere: the whole cube is its neighbourhood here.
        var generator = SeededGenerator(seed: seed + 100)
        parameters.setSigns(teacher.kernel, coins([4, 7], &generator))
        var distance = Self.distance(parameters.signs(teacher.kernel), teacher.wanted)
        // h·(1 − η)^t < 10⁻⁹ for h = 28.
        let steps = rate == 1 ? 1 : rate == 0.5 ? 36 : 230
        for step in 0..<steps {
            let flips = teacher.step(rule, &parameters, step: step).flips
            let now = Self.distance(parameters.signs(teacher.kernel), teacher.wanted)
            #expect(now == distance - (flips ?? -1))
            distance = now
        }
        #expect(distance == 0)
    }

    private static func distance(_ a: PackedTensor, _ b: PackedTensor) -> Int { zip(a.words, b.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } }

    /// Rounding keeps the mean: the share of differing entries that flip is the rate.
    @Test func roundingKeepsTheMean() throws {
        let teacher = try Teacher(9, outputs: 100, encoding: .binary, seed: 8)
        var (differing, flips) = (0, 0)
        for seed in 0..<10 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var parameters = teacher.network.makeParameters(SeededGenerator(seed: seed))
            parameters.setSigns(teacher.kernel, coins([100, 9], &generator))
            differing += Self.distance(parameters.signs(teacher.kernel), teacher.wanted)
            flips += teacher.step(ProjectedQPSBGD(rate: 0.3), &parameters, step: Int(seed)).flips ?? 0
        }
        #expect(abs(Double(flips) / Double(differing) - 0.3) < 0.03)
    }

    @Test func gradientsCanBeProjectedThemselves() throws {
        let teacher = try Teacher(5, outputs: 2, encoding: .latentBinary, seed: 1)
        var parameters = teacher.network.makeParameters(SeededGenerator(seed: 2))
        let before = parameters.reals(teacher.kernel)
        let rule = QPSBGD(learningRate: 0.5, projection: LayerProjection(source: .gradient))
        #expect(rule.signals == nil)
        _ = teacher.step(rule, &parameters)
        for (place, (old, new)) in zip(before, parameters.reals(teacher.kernel)).enumerated() {
            #expect((new > old) == teacher.wanted[place / 5, place % 5])
        }
    }

    @Test func failuresAreOutcomes() throws {
        let teacher = try Teacher(5, outputs: 2, encoding: .latentBinary, seed: 1)
        var parameters = teacher.network.makeParameters(SeededGenerator(seed: 2))
        var options = QUBOProjection.Options()
        options.sampler = "external:exit 3"
        let dead = QPSBGD(projection: LayerProjection(backend: try QUBOProjection(options)))
        let before = parameters.reals(teacher.kernel)
        let outcome = teacher.step(dead, &parameters)
        #expect(outcome.failure?.contains("ended with status 3") == true && parameters.reals(teacher.kernel) == before)
        var broken = teacher
        broken.gradient[3] = .nan
        #expect(!broken.step(QPSBGD(), &parameters).isFinite)
    }

    /// A route to a kernel that cannot be projected is found out when the optimizer is bound.
    @Test func layersWithoutSignsAreRefused() throws {
        var builder = NetworkBuilder(input: Signal([4], .byte(zeroPoint: 0, shift: 0)))
        try builder.add(Dense(2), named: "dense1")
        let network = builder.build()
        #expect(throws: RoutingError.noSignals(parameter: "dense1.kernel", rule: "qpsbgd")) {
            try Optimizer([.init(.everythingElse, QPSBGD())]).bind(to: network)
        }
    }
}

/// (1/T)·Σ ‖∇f(w_t)‖₁ ≤ (f(w_0) − f*)/(c·η·T) + η·L·d/(2c) for w ← w − ηD, D ∈ {±1}^d with ⟨∇f, D⟩ ≥ c·‖∇f‖₁ in the mean, f L-smooth.
@Suite struct DescentBoundTests {
    /// f(w) = ½·Σ a_i·(w_i − m_i)², L = max a, f* = 0.
    @Test(arguments: [1.0, 0.8, 0.6], 0..<3 as Range<UInt64>)
    func signsOfNoisyGradients(_ right: Double, _ seed: UInt64) {
        let (d, steps, runs) = (20, 400, 40)
        var generator = SeededGenerator(seed: seed)
        let curvature = (0..<d).map { _ in 0.1 + Double(generator.uniform()) }
        let centre = (0..<d).map { _ in Double(generator.normal()) }
        let smoothness = curvature.max() ?? 1
        let start = zip(curvature, centre).reduce(0) { $0 + 0.5 * $1.0 * $1.1 * $1.1 }
        // Signs are right with a probability: c = 2p − 1.
        let c = 2 * right - 1
        let rate = (2 * start / (smoothness * Double(d) * Double(steps))).squareRoot()
        var mean = 0.0
        for _ in 0..<runs {
            var w = [Double](repeating: 0, count: d)
            for _ in 0..<steps {
                for i in 0..<d {
                    let gradient = curvature[i] * (w[i] - centre[i])
                    mean += abs(gradient) / Double(steps * runs)
                    let isRight = Double(generator.uniform()) < right
                    w[i] -= rate * ((gradient >= 0) == isRight ? 1 : -1)
                }
            }
        }
        #expect(mean <= start / (c * rate * Double(steps)) + rate * smoothness * Double(d) / (2 * c))
        #expect(mean <= (2 * smoothness * Double(d) * start / Double(steps)).squareRoot() / c * 1.000001)
    }

    /// A real linear layer with squared error, moved by projections: c is measured on the way, and the bound holds with it. f(W) = ½·Σ_b ‖W·x_b − t_b‖², so
    /// the gradient at the outputs is W·x_b − t_b, that at the weights Σ_b (W·x_b − t_b)·x_bᵀ, and L the largest eigenvalue of Σ x·xᵀ, at most its trace.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func projectedGradients(_ seed: UInt64) throws {
        let (batch, n, outputs, steps) = (40, 9, 3, 300)
        var generator = SeededGenerator(seed: seed)
        let x = coins([batch, n], &generator)
        let signs = (0..<batch).map { b in (0..<n).map { x[b, $0] ? 1.0 : -1.0 } }
        let truth = (0..<outputs * n).map { _ in Double(generator.normal()) }
        func residual(_ w: [Double]) -> [Double] {
            (0..<batch * outputs).map { place in
                (0..<n).reduce(0) { $0 + (w[place % outputs * n + $1] - truth[place % outputs * n + $1]) * signs[place / outputs][$1] }
            }
        }
        var w = [Double](repeating: 0, count: outputs * n)
        let start = residual(w).reduce(0) { $0 + 0.5 * $1 * $1 }
        let smoothness = Double(batch * n)
        let rate = (2 * start / (smoothness * Double(w.count) * Double(steps))).squareRoot()
        var (mean, c) = (0.0, Double.infinity)
        for _ in 0..<steps {
            let r = residual(w)
            let gradient = (0..<outputs * n).map { place in (0..<batch).reduce(0) { $0 + r[$1 * outputs + place / n] * signs[$1][place % n] } }
            let problem = try ProjectionProblem(inputs: x, targets: Tensor(r.map { Float($0) }, shape: [batch, outputs]), scale: -1)
            let direction = try EnumerationProjection().project(problem).directions
            // W ← W + ηD, so the step's direction is −D.
            let size = gradient.reduce(0) { $0 + abs($1) }
            let along = gradient.indices.reduce(0) { $0 - gradient[$1] * (direction[$1 / n, $1 % n] ? 1 : -1) }
            if size > 0 { c = min(c, along / size) }
            mean += size / Double(steps)
            for place in w.indices { w[place] += rate * (direction[place / n, place % n] ? 1 : -1) }
        }
        #expect(c > 0)
        #expect(mean <= start / (c * rate * Double(steps)) + rate * smoothness * Double(w.count) / (2 * c))
    }
}

/// Fair coins.
private func coins(_ shape: Shape, _ generator: inout SeededGenerator) -> PackedTensor {
    var result = PackedTensor(minusOnes: shape)
    for row in 0..<shape[0] {
        for column in 0..<shape[1] { result[row, column] = generator.next() & 1 == 1 }
    }
    return result
}
