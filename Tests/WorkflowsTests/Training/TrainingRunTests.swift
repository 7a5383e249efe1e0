import BitCore
import Datasets
import DenseMath
import Foundation
import Report
import Testing
import Workflows

@Suite struct TrainingRunTests {
    static func configuration(_ settings: [String: String], epochs: Int = 4) -> TrainingConfiguration {
        TrainingConfiguration(
            model: "mlp:64-32-10", dataset: "digits", optimizer: "bop", epochs: epochs, batchSize: 64, limit: 400, settings: settings)
    }

    static func run(_ configuration: TrainingConfiguration, _ folder: String, resume: Bool = false) throws -> TrainingResult {
        try TrainingRun(configuration, LabelledData.digits(), folder: folder).run(
            resume: resume, engine: PortableEngine(), threads: 1, Fixtures.control())
    }

    @Test func theBestEpochIsKept() throws {
        try Fixtures.withFolder { folder in
            let settings = ["validation": "0.25", "keep": "best", "patience": "2", "augment": "pad-crop:1,cutout:2", "label-smoothing": "0.1"]
            let result = try Self.run(Self.configuration(settings, epochs: 12), folder)
            let log = try RunLog(path: folder)
            let accuracies = log.epochs.compactMap(\.validationAccuracy)
            #expect(accuracies.count == result.epochs && result.exactness.mismatches == 0)
            #expect(result.bestAccuracy == accuracies.max() && result.modelEpoch == result.bestEpoch)
            let best = try #require(result.bestEpoch)
            #expect(result.testAccuracy == log.epochs[best - 1].testAccuracy)
            #expect(result.stoppedEarly == (result.epochs < 12))
            #expect(log.epochs.allSatisfy { $0.waitSeconds != nil })
        }
    }

    /// Killed behind its last epoch and before its end, a run that goes on has nothing left to train; its result is what it would have been.
    @Test func aRunThatWasAllTrainedEndsAsItWouldHave() throws {
        try Fixtures.withFolder { folder in
            let whole = try Self.run(Self.configuration([:], epochs: 3), folder)
            let log = folder + "/" + RunLog.fileName
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            try (lines.dropLast().joined(separator: "\n") + "\n").write(toFile: log, atomically: true, encoding: .utf8)
            let again = try Self.run(Self.configuration([:], epochs: 3), folder, resume: true)
            #expect(again.isComplete && again.epochs == 3 && again.testAccuracy == whole.testAccuracy)
            #expect(again.trainLoss == whole.trainLoss && again.trainAccuracy == whole.trainAccuracy && again.flipRatio == whole.flipRatio)
            #expect(again.trainAccuracy != nil)
        }
    }

    /// One record for the version, one an epoch, and after going on one that says so.
    @Test func eventsAreWrittenForTensorBoard() throws {
        try Fixtures.withFolder { folder in
            _ = try Self.run(Self.configuration([:], epochs: 2), folder)
            let file = URL(filePath: folder + "/" + TensorBoardWriter.fileName)
            #expect(RecordFraming.records([UInt8](try Data(contentsOf: file))).records.count == 3)
            _ = try Self.run(Self.configuration([:], epochs: 3), folder, resume: true)
            #expect(RecordFraming.records([UInt8](try Data(contentsOf: file))).records.count == 5)
        }
    }

    @Test func aTeacherIsAModelOrAFileOfScores() throws {
        try Fixtures.withFolder { folder in
            let teacher = try Self.run(Self.configuration([:]), folder + "/teacher")
            let student = ["teacher": teacher.modelPath, "teacher-weight": "1", "teacher-temperature": "2"]
            let distilled = try Self.run(Self.configuration(student), folder + "/student")
            #expect(distilled.testAccuracy > 0.3)

            let data = try LabelledData.digits()
            var file = Safetensors()
            file.add("scores", Tensor((0..<data.train.count * 10).map { data.train.labels[$0 / 10] == $0 % 10 ? 8 : 0 }, shape: [data.train.count, 10]))
            let path = folder + "/scores.safetensors"
            try file.write(to: path)
            #expect(try Self.run(Self.configuration(["teacher": path, "validation": "0.2"]), folder + "/scored").testAccuracy > 0.3)

            var short = Safetensors()
            short.add("scores", Tensor(zeros: [5, 10]))
            try short.write(to: path)
            #expect(throws: SafetensorsError.self) { try Self.run(Self.configuration(["teacher": path]), folder + "/short") }
            #expect(throws: (any Error).self) { try Self.run(Self.configuration(["teacher": folder + "/nothing"]), folder + "/none") }
        }
    }

    @Test(arguments: [
        ["augment": "blur"], ["augment": "flip", "shift": "1"], ["label-smoothing": "0.1", "loss": "squared-hinge"], ["teacher-weight": "0.5"],
        ["keep": "first"], ["patience": "-1"], ["validation": "1"], ["warp-shift": "1"],
    ])
    func settingsThatCannotBe(_ settings: [String: String]) throws {
        let data = try LabelledData.digits()
        #expect(throws: (any Error).self) { try TrainingPlan(Self.configuration(settings), data) }
    }

    @Test func tablesCannotBeAugmented() throws {
        let data = try DatasetCatalog(folder: "/nowhere").load("parity")
        let configuration = TrainingConfiguration(model: "mlp:4-8-2", dataset: "parity", settings: ["augment": "flip"])
        #expect(throws: ConfigurationError.self) { try TrainingPlan(configuration, data) }
    }
}
