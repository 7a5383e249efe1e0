import BitCore
import Datasets
import Foundation
import Ising
import QUBOTraining
import Testing
import Workflows

@Suite struct DiscreteTaskTests {
    static let catalog = DatasetCatalog(folder: "/nowhere")

    static func resolve(_ request: DiscreteTaskRequest) throws -> DiscreteTask { try request.resolve(catalog) }

    static func message(_ request: DiscreteTaskRequest) -> String {
        do { _ = try resolve(request) } catch { return "\(error)" }
        return ""
    }

    @Test func digitsAreShrunkAsTheLayersAsk() throws {
        let task = try Self.resolve(.init(layers: "9-3-1", dataset: "digits", samples: 20, classes: "3,5"))
        #expect(task.samples.count == 20 && task.samples.inputs == 9 && task.samples.outputs == 1)
        #expect(task.task == .pair(3, 5) && task.encoding?.side == 3 && !task.notes.isEmpty)
        let data = try LabelledData.digits()
        #expect(task.testCount == data.test.labels.count { $0 == 3 || $0 == 5 })
        #expect(try Self.resolve(.init(layers: "64-3-1", dataset: "digits", samples: 20, classes: "3")).encoding?.side == nil)
        let all = try Self.resolve(.init(layers: "16-3-10", dataset: "digits", perClass: 2))
        #expect(all.samples.count == 20 && all.task == .all && all.testCount == 360)
    }

    @Test func samplesDependOnTheSeed() throws {
        func samples(_ seed: UInt64) throws -> SpinSamples {
            try Self.resolve(.init(layers: "16-3-1", dataset: "digits", samples: 10, classes: "0,1", seed: seed)).samples
        }
        #expect(try samples(1) == samples(1) && samples(1) != samples(2))
    }

    @Test func teachersAndTables() throws {
        let teacher = try Self.resolve(.init(layers: "9-3-1", hasSkips: true, dataset: "teacher"))
        #expect(teacher.samples.count == 20 && teacher.testCount == 492 && teacher.samples.errorFloor == 0)
        let exclusive = try Self.resolve(.init(layers: "2-2-1", dataset: "xor"))
        #expect(exclusive.samples.positives == [0, 1, 1, 0] && exclusive.testCount == 4)
        let bars = try Self.resolve(.init(layers: "9-3-1", dataset: "bars-and-stripes:3"))
        #expect(bars.samples.count == 12)
    }

    @Test func whatDoesNotFitIsNamed() {
        let cases: [(DiscreteTaskRequest, String)] = [
            (.init(layers: "9", dataset: "digits"), "layers"), (.init(layers: "9-x-1", dataset: "digits"), "widths"),
            (.init(layers: "10-3-1", dataset: "digits"), "has 64 inputs"), (.init(layers: "81-3-1", dataset: "digits"), "has 64 inputs"),
            (.init(layers: "9-3-1", dataset: "digits", samples: 5, perClass: 5), "one of them"),
            (.init(layers: "9-3-1", dataset: "digits", samples: 5000), "ask for fewer"),
            (.init(layers: "9-3-1", dataset: "digits", classes: "3,11"), "no class 11"),
            (.init(layers: "9-3-1", dataset: "digits", classes: "a"), "names no classes"),
            (.init(layers: "9-3-1", dataset: "digits", classes: "1,2,3"), "names no classes"),
            (.init(layers: "9-3-1", dataset: "digits", side: 4), ""), (.init(layers: "9-3-1", dataset: "digit"), "did you mean digits"),
            (.init(layers: "9-3-1", dataset: "teacher", classes: "1,2"), "leave that out"), (.init(layers: "5-3-1", dataset: "xor"), "has 2 inputs"),
            (.init(layers: "9-3-1", dataset: "digits", samples: 0), "at least one"),
            (.init(layers: "9-3-1", edges: "/nowhere/edges", dataset: "digits"), "/nowhere/edges"),
        ]
        for (request, part) in cases {
            let message = Self.message(request)
            #expect(part.isEmpty || message.contains(part), "\(request.layers) \(request.dataset): \(message)")
        }
    }

    @Test func objectivesAreRead() throws {
        #expect(try ObjectiveOptions().resolve() == TrainingObjective())
        #expect(try ObjectiveOptions(margin: "auto").resolve().margin == MarginReward())
        #expect(
            try ObjectiveOptions(margin: "0.5", marginMeasure: "worst", marginNeurons: "hidden", hinge: 2).resolve()
                == TrainingObjective(loss: .hinge(margin: 2), margin: MarginReward(weight: 0.5, neurons: .hidden, measure: .worst)))
        #expect(throws: UnknownName.self) { try ObjectiveOptions(margin: "1", marginMeasure: "mean").resolve() }
        #expect(throws: UnknownName.self) { try ObjectiveOptions(margin: "1", marginNeurons: "some").resolve() }
        for margin in ["-1", "nan", "much", ""] { #expect(throws: ConfigurationError.self) { try ObjectiveOptions(margin: margin).resolve() } }
    }
}

@Suite struct DiscreteTrainingTests {
    static func training(_ change: (inout DiscreteTraining) -> Void = { _ in }) throws -> DiscreteTrainingReport {
        var training = DiscreteTraining(.init(layers: "9-3-1", dataset: "teacher", samples: 10, seed: 3), sampler: "reference")
        change(&training)
        return try training.run(DiscreteTaskTests.catalog, Fixtures.control())
    }

    @Test func teachersAreFollowed() throws {
        let report = try Self.training()
        #expect(report.trainErrors == 0 && report.trainAccuracy == 1 && report.energy == 0 && report.optimal && report.form == "weights")
        #expect(report.variables == 30 && report.interactions == 0 && report.samples == 10 && report.testSamples == 502)
        #expect(report.testAccuracy.value.map { $0 > 0.5 } == true && report.warnings.isEmpty)
        #expect(report.text.contains("9-3-1") && report.text.contains("proved optimal"))
    }

    @Test func keysOfTheContractAreThere() throws {
        let object = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(Self.training { $0.task.samples = 512 })) as? [String: Any])
        for key in [
            "variables", "interactions", "form", "energy", "trainErrors", "trainAccuracy", "testAccuracy", "meanMargin", "optimal", "seconds",
        ] { #expect(object[key] != nil, "no \(key)") }
        // All 512 inputs are trained on, none is left to test.
        #expect(object["testAccuracy"] is NSNull)
    }

    @Test func boundsAreWarnedOf() throws {
        let margin = try Self.training { $0.objective.margin = "0.3" }
        #expect(margin.warnings.count == 1 && margin.warnings[0].contains("can buy errors"))
        #expect(try Self.training { $0.objective.margin = "auto" }.warnings.isEmpty)
        let dropout = try Self.training { $0.dropout = .init(rate: 0.3, rounds: 2, step: 0.1) }
        #expect(dropout.warnings.count == 1 && dropout.warnings[0].contains("penalties"))
        #expect(try Self.training { $0.dropout = .init(rate: 0.3, rounds: 2) }.warnings.isEmpty)
        let contradictory = try Self.training { $0.task = .init(layers: "4-2-1", dataset: "digits", samples: 60, classes: "4,9", seed: 1) }
        #expect(contradictory.errorFloor > 0 && contradictory.warnings[0].contains("\(contradictory.errorFloor)"))
        #expect(contradictory.trainErrors >= contradictory.errorFloor)
    }

    @Test func dropoutAndMarginsGoTogether() throws {
        let report = try Self.training {
            $0.objective.margin = "auto"
            $0.dropout = .init(rate: 0.2, rounds: 3, decay: 0.9, batch: 8, decoding: "vote")
        }
        #expect(report.solver == "dropout(reference)" && report.details["rounds"] == "3" && report.meanMargin > 0)
        #expect(throws: UnknownName.self) { try Self.training { $0.dropout = .init(rate: 0.2, decoding: "guess") } }
        #expect(throws: DropoutError.rounds(0)) { try Self.training { $0.dropout = .init(rate: 0.2, rounds: 0) } }
    }

    @Test func severalClassesGoByTheLargestSum() throws {
        let report = try Self.training {
            $0.task = .init(layers: "9-4-10", dataset: "digits", perClass: 3, seed: 1)
            $0.objective.hinge = 2
        }
        #expect(report.trainAccuracy > 0.3 && (report.testAccuracy.value ?? 0) > 0.1)
    }

    @Test func weightsAreWritten() throws {
        try Fixtures.withFolder { folder in
            let report = try Self.training {
                $0.task = .init(layers: "9-3-1", hasBias: true, dataset: "digits", samples: 12, classes: "0,1", seed: 2)
                $0.out = folder + "/run"
            }
            let file = try JSONDecoder().decode(TrainedSpins.self, from: Data(contentsOf: URL(filePath: try #require(report.weightsPath))))
            #expect(file.weights.count == 34 && file.edges.count == 34 && file.weights.allSatisfy { abs($0) == 1 })
            #expect(file.evaluation.errors == report.trainErrors && file.task == .pair(0, 1) && file.encoding?.side == 3 && file.hasBias)
            // What was written gives the accuracy that was reported.
            let network = try SpinNetwork(layers: [9, 3, 1], hasBias: true)
            let test = try LabelledSpins(LabelledData.digits().test, encoding: try #require(file.encoding))
            let classifier = SpinClassifier(network, PackedSpins(file.weights.map(Int8.init)))
            #expect(try classifier.accuracy(on: test, .pair(0, 1)) == report.testAccuracy.value)
        }
    }

    @Test func whatMakesNoSenseIsRefused() {
        #expect(throws: UnknownName.self) { try Self.training { $0.form = "matrix" } }
        #expect(throws: UnknownName.self) { try Self.training { $0.sampler = "sleepy" } }
        #expect(throws: ConfigurationError.self) { try Self.training { $0.timeLimit = 0 } }
        #expect(throws: ConfigurationError.self) { try Self.training { $0.threads = 0 } }
        #expect(throws: SpinProblemError.self) {
            try Self.training {
                $0.task.layers = "9-3-2"
                $0.task.dataset = "digits"
                $0.task.classes = "1,2"
            }
        }
    }

    @Test func cancellationIsToldOf() throws {
        let training = DiscreteTraining(.init(layers: "9-3-1", dataset: "teacher", seed: 3), sampler: "reference")
        let report = try training.run(DiscreteTaskTests.catalog, Fixtures.control(isCancelled: { true }))
        #expect(!report.isComplete && report.text.contains("stopped"))
    }
}
