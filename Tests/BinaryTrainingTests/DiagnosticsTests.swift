import BinaryNN
import BinaryTraining
import BitCore
import Synchronization
import Testing
import _TestSupport

@Suite struct DiagnosticsTests {
    func report(_ rule: String, interval: Int) throws -> (EpochReport, TrainingState) {
        var run = try #require(try TinyRun.all(epochs: 1)[rule])
        run.options.batchSize = 0
        run.options.diagnosticsInterval = interval
        var trainer = try run.trainer()
        let reports = Mutex<EpochReport?>(nil)
        try trainer.train(run.train, test: nil, TrainingHooks(didFinishEpoch: { report, _ in reports.withLock { $0 = report } }))
        return (try #require(reports.withLock { $0 }), trainer.state)
    }

    @Test func offIsEmpty() throws { #expect(try report("bop", interval: 0).0.diagnostics == [:]) }

    /// One step over the full batch: what is reported is what stands in the state.
    @Test(arguments: ["adam", "bop", "bop2", "bop2-biased", "sign-m", "bold", "proxquant", "proxquant-ternary"])
    func kernelsAreMeasured(rule: String) throws {
        let (report, state) = try report(rule, interval: 1)
        #expect(report.diagnostics.keys.sorted() == ["dense1.kernel", "dense2.kernel"])
        for id in state.parameters.ids {
            let spec = state.parameters.spec(id)
            guard let measured = report.diagnostics[spec.name] else { continue }
            #expect(measured.gradientRMS > 0 && measured.gradientRMS < 1)
            let count = Double(spec.count)
            let moments = state.optimizer.states[id.index].slots
            switch rule {
            // Real weights whose signs are shipped count as latent ones.
            case "adam", "proxquant":
                #expect(measured.belowThreshold == Double(state.parameters.reals(id).count { abs($0) <= 0.05 }) / count)
            case "bop": #expect(measured.belowThreshold == Double(moments[0].count { abs($0) <= 1e-6 }) / count)
            // After one step r is sign(g) for the corrected rule, sign(g)·γ/√σ = ±0.1 for the biased one: all above 10⁻³, unless g is 0.
            case "bop2", "bop2-biased", "sign-m": #expect(measured.belowThreshold == Double(moments[0].count { $0 == 0 }) / count)
            case "bold": #expect(measured.belowThreshold == Double(moments[0].count { abs($0) < 1 }) / count)
            default: #expect(measured.belowThreshold == nil && measured.weightBalance == nil)
            }
            if rule != "proxquant-ternary" {
                let signs = state.parameters.signs(id)
                let plus = (0..<spec.shape.rows).reduce(0) { sum, row in sum + (0..<spec.shape.columns).count { signs[row, $0] } }
                #expect(measured.weightBalance == Double(plus) / count)
            }
        }
    }

    @Test(arguments: InstructionSet.supported) func measuresOnEveryInstructionSet(set: InstructionSet) {
        let kernels = Kernels(set)
        var generator = SeededGenerator(seed: 3)
        for count in [0, 1, 15, 16, 17, 1000, 40_003] {
            var x = (0..<count).map { _ in generator.normal() }
            if count > 16 { x.replaceSubrange(3...6, with: [0, -0.0, 0.5, -0.5]) }
            let v = x.map { 2 * $0 * $0 + 0.1 }
            x.withUnsafeBufferPointer { x in
                let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
                #expect(abs(kernels.squares(x) - squares) <= 1e-12 * squares)
                #expect(kernels.squares(x, parallel: Parallel(threads: 2)) == Kernels(.reference).squares(x))
                #expect(kernels.count(x, within: 0.5, parallel: Parallel(threads: 2)) == x.count { abs($0) <= 0.5 })
                #expect(kernels.countPlusSigns(x) == x.count { $0 >= 0 })
                v.withUnsafeBufferPointer { v in
                    let step = Bop2Step(gamma: 0, sigma: 0, first: 2, second: 3, threshold: 0.4)
                    let expected = (0..<count).count { abs((2 * x[$0]) / ((3 * v[$0]).squareRoot() + 1e-10)) <= 0.4 }
                    #expect(kernels.countRatios(m: x, v: v, within: step) == expected)
                }
            }
        }
        #expect(([0b1011, 0, ~0] as [UInt64]).withUnsafeBufferPointer { kernels.countOnes($0) } == 67)
    }
}
