import BinaryNN
import BinaryTraining
import Datasets
import DenseMath
import Foundation
import Report
import Testing
import Workflows

/// Every optimiser by name: it trains, is written, and packed inference agrees; what makes no sense is an error before the first step.
@Suite struct OptimizerFamilyTests {
    func configuration(_ optimizer: String, _ settings: [String: String] = [:], epochs: Int = 2) -> TrainingConfiguration {
        TrainingConfiguration(
            model: "mlp:64-32-10", dataset: "digits", optimizer: optimizer, epochs: epochs, batchSize: 64, limit: 300,
            settings: settings.merging(["diagnostics-interval": "2"]) { own, _ in own })
    }

    func plan(_ optimizer: String, _ settings: [String: String] = [:], epochs: Int = 2) throws -> TrainingPlan {
        try TrainingPlan(configuration(optimizer, settings, epochs: epochs), try LabelledData.digits())
    }

    @Test(arguments: OptimizerFamily.allCases)
    func trainsAndShips(family: OptimizerFamily) throws {
        try Fixtures.withFolder { folder in
            let run = try TrainingRun(configuration(family.rawValue), try LabelledData.digits(), folder: folder)
            let result = try run.run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
            #expect(result.isComplete && result.exactness.inputs == 360 && result.exactness.mismatches == 0)
            let epochs = try RunLog(path: folder).epochs
            // What the log calls the test accuracy is that of the network that is written.
            #expect(epochs.last?.testAccuracy == result.testAccuracy)
            for layer in try #require(epochs.last?.layers) {
                #expect(layer.gradientRMS ?? 0 > 0)
                // What projections turn has no threshold, and three levels are no signs.
                if ![.projectedQPSBGD, .ternaryProxQuant].contains(family) {
                    #expect(layer.belowThreshold != nil && (0...1).contains(layer.weightBalance ?? -1))
                }
            }
        }
    }

    /// From epoch `freeze-epoch` on the weights that pass are the signs that are shipped.
    @Test func proxQuantEndsInSigns() throws {
        let plan = try plan("proxquant", ["strength": "ramp:1"], epochs: 3)
        #expect(plan.network.specs.filter { $0.role == .kernel }.allSatisfy { $0.encoding == .real })
        #expect(plan.shippedNetwork.specs.filter { $0.role == .kernel }.allSatisfy { $0.encoding == .binary })
        let data = try LabelledData.digits()
        let context = ExecutionContext(engine: PortableEngine())
        var trainer = try Trainer(plan.network, plan.optimizer, plan.options, context, shipping: plan.shippedNetwork)
        try trainer.train(data.train, test: nil, TrainingHooks())
        for id in trainer.state.parameters.ids where trainer.state.parameters.spec(id).role == .kernel {
            #expect(trainer.state.parameters.reals(id).allSatisfy { abs($0) == 1 })
        }
    }

    /// Ternary ProxQuant is written as it is trained: three levels in each kernel, the same in network, file and packed inference.
    @Test func ternaryProxQuantEndsInThreeLevels() throws {
        let configuration = configuration("proxquant-ternary", ["strength": "ramp:1"], epochs: 3)
        try Fixtures.withFolder { folder in
            let data = try LabelledData.digits()
            let result = try TrainingRun(configuration, data, folder: folder).run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
            #expect(result.exactness.inputs == 360 && result.exactness.mismatches == 0)
            let plan = try TrainingPlan(configuration, data)
            #expect(plan.shippedNetwork.specs == plan.network.specs)
            #expect((plan.optimizer.routes[0].rule as? ProxQuant)?.levels == .ternary)
            var trainer = try Trainer(plan.network, plan.optimizer, plan.options, ExecutionContext(engine: PortableEngine()))
            try trainer.train(data.train.prefix(300), test: nil, TrainingHooks())
            for id in trainer.state.parameters.ids where trainer.state.parameters.spec(id).role == .kernel {
                let levels = Set(trainer.state.parameters.reals(id))
                #expect(levels.count == 3 && levels.contains(0) && (levels.min() ?? 0) < 0 && (levels.max() ?? 0) > 0)
            }
        }
    }

    /// Its real weights count as what is shipped of them: signs that turn until the last third, and then stand.
    @Test func proxQuantCountsTheSignsItShips() throws {
        try Fixtures.withFolder { folder in
            let run = try TrainingRun(configuration("proxquant", ["flip-interval": "1"], epochs: 3), try LabelledData.digits(), folder: folder)
            _ = try run.run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
            let epochs = try RunLog(path: folder).epochs
            #expect(epochs.count == 3 && epochs.allSatisfy { $0.layers.count == 2 })
            for layer in epochs[0].layers { #expect(layer.flipRatio ?? 0 > 0 && layer.belowThreshold ?? 0 > 0) }
            for layer in epochs[2].layers { #expect(layer.flipRatio == 0 && layer.belowThreshold == 0) }
        }
    }

    @Test func namesAndAliases() throws {
        #expect(try OptimizerFamily(named: "bop2-control") == .signMomentum)
        #expect(throws: UnknownName.self) { try OptimizerFamily(named: "adamm") }
        #expect(try plan("bop2").optimizer.routes.map(\.rule.name) == ["bop2", "adam"])
        #expect(try plan("bop2-biased").optimizer.routes.map(\.rule.name) == ["bop2-biased", "adam"])
    }

    @Test func settingsReachTheRules() throws {
        let bop2 = try #require(
            try plan("bop2", ["gamma": "linear:1e-2:1e-5", "sigma": "linear:1e-7:1e-2", "threshold": "linear:1e-5:1e-8", "bop-epsilon": "1e-9"])
                .optimizer.routes[0].rule as? Bop2)
        #expect(bop2.gamma == .linear(from: 1e-2, to: 1e-5) && bop2.sigma == .linear(from: 1e-7, to: 1e-2))
        #expect(bop2.threshold == .linear(from: 1e-5, to: 1e-8) && bop2.epsilon == 1e-9 && bop2.isBiasCorrected)
        let connect = try #require(
            try plan("binaryconnect", ["descent": "momentum", "momentum": "0.5", "scale-steps": "false"]).optimizer.routes[0].rule as? BinaryConnect)
        #expect(connect.descent == .momentum(0.5, nesterov: false) && !connect.scalesSteps)
        #expect((try plan("proxquant", epochs: 9).optimizer.routes[0].rule as? ProxQuant)?.freezeEpoch == 6)
        let options = try plan("adam", ["clip-norm": "5", "clip-value": "0.5", "diagnostics-interval": "7"]).options
        #expect(options.clipping == GradientClipping(value: 0.5, norm: 5) && options.diagnosticsInterval == 7)
    }

    @Test(arguments: [
        ("sgd", ["beta1": "0.5"]), ("bop", ["sigma": "1e-3"]), ("bop2", ["rate": "1"]), ("adam", ["gamma": "1e-3"]), ("sign-m", ["threshold": "1"]),
        ("binaryconnect", ["momentum": "0.9"]), ("bold", ["gamma": "1"]),
    ])
    func aSettingThatNobodyReadsIsAnError(optimizer: String, settings: [String: String]) {
        #expect(throws: UnknownName.self) { try plan(optimizer, settings) }
    }

    @Test(arguments: [
        ("adam", ["beta1": "1"]), ("adam", ["beta2": "linear:0.9:1.5"]), ("bop", ["gamma": "2"]), ("bop", ["threshold": "-1"]),
        ("bop2", ["sigma": "linear:1e-2:-1e-2"]), ("momentum", ["momentum": "cosine:0.9:1"]), ("momentum", ["nesterov": "maybe"]),
        ("proxquant", ["freeze-epoch": "2"]), ("proxquant-ternary", ["freeze-epoch": "2"]), ("proxquant", ["strength": "ramp:-1"]),
        ("binaryconnect", ["descent": "newton"]),
        ("adam", ["clip-norm": "-1"]),
    ])
    func aValueThatMakesNoSenseIsAnError(optimizer: String, settings: [String: String]) {
        #expect(throws: SettingsError.self) { try plan(optimizer, settings) }
    }

    @Test func decayWantsRealKernels() {
        #expect(throws: ConfigurationError.self) { try plan("adam", ["l2": "1e-4"]) }
        #expect(throws: ConfigurationError.self) { try plan("bop", ["weight-decay": "1e-4"]) }
        #expect(throws: ConfigurationError.self) { try plan("proxquant", epochs: 1) }
    }

    /// A run that diverges stops with place and step named in the log, and the last whole epoch's checkpoint stays.
    @Test func divergenceKeepsTheLastCheckpoint() throws {
        try Fixtures.withFolder { folder in
            // Fine for one epoch of 5 steps, then 10³⁸.
            let settings = ["learning-rate": "staircase:1e-3:1e41:1"]
            let data = try LabelledData.digits()
            let run = try TrainingRun(configuration("adam", settings, epochs: 3), data, folder: folder)
            #expect(throws: TrainingError.self) { try run.run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control()) }
            let log = try RunLog(path: folder)
            #expect(log.end?.reason == .failed && log.epochs.map(\.epoch) == [1])
            let note = try #require(log.notes.last)
            #expect(note.text.contains("is no longer finite in epoch 2, step "))
            let context = ExecutionContext(engine: PortableEngine())
            let fresh = try Trainer(run.plan.network, run.plan.optimizer, run.plan.options, context).state
            let state = try Checkpoint.read(
                folder + "/" + TrainingRun.checkpointName, into: fresh, options: run.plan.options, data: "digits, 300 items")
            #expect(state.epoch == 1 && state.stepInEpoch == 0)
            #expect(!FileManager.default.fileExists(atPath: folder + "/" + TrainingRun.modelName))
        }
    }
}
