import BinaryInference
import BinaryNN
import BitCore
import Datasets
import Foundation
import Profiling
import Testing
import Workflows

@Suite struct ModelWorkflowTests {
    @Test func evaluationCountsWhatInferenceSays() throws {
        try Fixtures.withFolder { folder in
            let loaded = try LoadedModel(path: Fixtures.digitsFile(in: folder))
            let test = try LabelledData.digits().test
            let session = InferenceSession(loaded.model)
            let correct = zip(session.classify(test.features, count: test.count), test.labels).count { $0 == $1 }
            for isa in InstructionSet.supported {
                let report = try loaded.evaluate(on: test, kernels: Kernels(isa), parallel: .serial, Fixtures.control())
                #expect(report.correct == correct)
                #expect(report.count == 360)
                #expect(report.accuracy == Double(correct) / 360)
                #expect(report.isComplete)
                #expect(report.isa == isa.rawValue)
            }
            #expect(correct > 180)
        }
    }

    @Test func cancelledEvaluationSaysSo() throws {
        try Fixtures.withFolder { folder in
            let loaded = try LoadedModel(path: Fixtures.digitsFile(in: folder))
            let report = try loaded.evaluate(
                on: try LabelledData.digits().test, parallel: .serial, Fixtures.control(isCancelled: { true }))
            #expect(!report.isComplete)
            #expect(report.count == 0)
        }
    }

    @Test func dataThatDoesNotFitIsRefused() throws {
        try Fixtures.withFolder { folder in
            let loaded = try LoadedModel(path: Fixtures.digitsFile(in: folder))
            #expect(throws: MismatchError.itemSize(model: 64, data: 2, dataset: "xor")) {
                try loaded.evaluate(on: try Dataset.xor(), parallel: .serial, Fixtures.control())
            }
        }
    }

    @Test func predictionsFollowTheSession() throws {
        try Fixtures.withFolder { folder in
            let loaded = try LoadedModel(path: Fixtures.digitsFile(in: folder))
            let test = try LabelledData.digits().test
            let rows = (0..<5).map { test.bytes(of: $0).map(String.init).joined(separator: ",") }.joined(separator: "\n")
            let (csv, pgm) = (folder + "/rows.csv", folder + "/one.pgm")
            try rows.write(toFile: csv, atomically: true, encoding: .utf8)
            try ("P2 8 8 16\n" + test.bytes(of: 0).map(String.init).joined(separator: " ")).write(toFile: pgm, atomically: true, encoding: .utf8)
            let report = try loaded.predict([csv, pgm], parallel: .serial)
            #expect(report.predictions.count == 6)
            #expect(
                report.predictions.map(\.class) == InferenceSession(loaded.model).classify(Array(test.features[..<320]), count: 5) + [
                    report.predictions[0].class
                ])
            #expect(report.predictions[5].scores == report.predictions[0].scores)
            for prediction in report.predictions {
                #expect(prediction.scores.count == 10)
                #expect(prediction.scores[prediction.class] == prediction.scores.max())
                #expect(prediction.label == "\(prediction.class)")
            }
            #expect(report.text.split(separator: "\n").count == 6)
        }
    }

    @Test func damagedModelIsOneSentence() throws {
        try Fixtures.withFolder { folder in
            let path = try Fixtures.digitsFile(in: folder)
            let bytes = try Data(contentsOf: URL(filePath: path))
            for length in [0, 7, 8, 100, bytes.count - 1] {
                try bytes.prefix(length).write(to: URL(filePath: path))
                #expect { try LoadedModel(path: path) } throws: { error in
                    let text = String(describing: error)
                    return text.contains(path) && !text.contains("\n")
                }
            }
        }
    }

    @Test func summaryCountsEveryBit() throws {
        let summary = ModelSummary(Fixtures.digits, fileBytes: 1234)
        #expect(summary.totals.parameters["1"] == 64 * 128 + 128 * 10)
        #expect(summary.totals.parameters["32"] == 128 + 20)
        #expect(summary.totals.bytes == 64 * 128 / 8 + 128 * 10 / 8 + 4 * (128 + 20))
        #expect(summary.totals.operations.binaryMACs == 64 * 128 + 128 * 10)
        #expect(summary.totals.binaryShare == 1)
        #expect(summary.totals.fileBytes == 1234)
        #expect(summary.totals.float32Bytes == 4 * summary.totals.parameterCount)
    }

    @Test func inferenceBenchmarkHasItsRows() throws {
        try Fixtures.withFolder { folder in
            let rows = try LoadedModel(path: Fixtures.digitsFile(in: folder)).benchmark(parallel: Parallel(threads: 2), rounds: 3, Fixtures.control())
            #expect(rows.map(\.shape) == ["batch 1", "batch 128", "batch 1024", "batch 1024"])
            #expect(rows.map(\.threads) == [1, 1, 1, 2])
            for row in rows { #expect(row.rate > 0 && row.seconds.min <= row.seconds.median && row.seconds.median <= row.seconds.max) }
        }
    }
}
