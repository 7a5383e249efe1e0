import BinaryTraining
import BitCore
import Foundation
import Report
import Testing

/// A run of invented numbers.
func sampleRun(_ name: String, epochs: Int, ends: Bool = true, base: Double = 0.9) -> RunLog {
    var events: [RunEvent] = [
        .start(
            .init(
                name: name, model: "mlp:64-128-10", dataset: "digits", optimizer: "adam", seed: 1, epochs: epochs, batchSize: 32,
                settings: ["encoding": "scaled:8:3"]))
    ]
    for epoch in 1...max(epochs, 1) where epochs > 0 {
        let progress = 1 - 1 / (1 + Double(epoch) * 0.4)
        events.append(
            .epoch(
                .init(
                    epoch: epoch, step: epoch * 45, trainLoss: 2.3 * (1 - progress) + 0.02, trainAccuracy: 0.5 + 0.49 * progress,
                    testAccuracy: base * (0.6 + 0.4 * progress), flipRatio: 0.01 / Double(epoch * epoch),
                    layers: [.init(name: "dense1.kernel", flipRatio: 0.02 / Double(epoch)), .init(name: "dense2.kernel", flipRatio: 0.004 / Double(epoch))],
                    learningRates: ["adam.learningRate": 0.01 * (1 - Double(epoch) / Double(epochs + 1))], imagesPerSecond: 41_000 + Double(epoch % 3) * 900,
                    seconds: 0.035, peakBytes: 48_000_000)))
    }
    if ends {
        events.append(
            .end(.init(reason: .completed, epochs: epochs, testAccuracy: base, seconds: 1.9, peakBytes: 49_000_000, modelPath: "out/model.safetensors")))
    }
    return RunLog(name: name, events: events)
}

@Suite struct RunLogTests {
    private func temporary() -> String { FileManager.default.temporaryDirectory.appendingPathComponent("spinflip-\(UUID().uuidString).jsonl").path }

    private func write(_ events: [RunEvent], to path: String, resuming: Bool = false) throws {
        let writer = try RunLogWriter(path: path, resuming: resuming)
        for event in events { try writer.append(event) }
    }

    @Test func roundTrip() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let run = sampleRun("a", epochs: 5)
        try write(run.events, to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 7 && text.hasSuffix("\n"))
        let read = try RunLog(path: path, name: "a")
        #expect(read == run)
        #expect(read.epochs.map(\.epoch) == [1, 2, 3, 4, 5] && read.start?.optimizer == "adam" && read.end?.reason == .completed)
    }

    @Test func numbersThatJSONHasNot() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write(
            [.epoch(.init(epoch: 1, step: 1, trainLoss: .nan, trainAccuracy: 0, testAccuracy: -.infinity, imagesPerSecond: .infinity, seconds: 0))], to: path)
        let epoch = try #require(try RunLog(path: path).epochs.first)
        #expect(epoch.trainLoss.isNaN && epoch.testAccuracy == -.infinity && epoch.imagesPerSecond == .infinity)
    }

    /// Killed while writing: whatever the length, reading gives the whole lines before the cut, and going on loses nothing but the cut one.
    @Test func everyCut() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let run = sampleRun("a", epochs: 2)
        try write(run.events, to: path)
        let bytes = try WholeFile.read(path)
        let firstLine = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
        for length in stride(from: 0, through: bytes.count, by: 3) {
            let cut = Array(bytes.prefix(length))
            let wholeLines = cut.count { $0 == UInt8(ascii: "\n") }
            if length < firstLine {
                #expect(throws: RunLogError.noRun(path: path)) { try RunLog(cut, path: path, name: "a") }
            } else {
                let read = try RunLog(cut, path: path, name: "a")
                #expect(read.events.count - wholeLines == (cut.last == UInt8(ascii: "}") && !read.isCut ? 1 : 0))
                #expect(run.events.starts(with: read.events))
            }
            try Data(cut).write(to: URL(fileURLWithPath: path))
            try write([.note(.init(text: "on"))], to: path, resuming: true)
            let resumed = try RunLog(path: path)
            #expect(resumed.events == run.events.prefix(wholeLines) + [.note(.init(text: "on"))] && !resumed.isCut)
        }
    }

    @Test func newRunsEmptyTheFile() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write([.note(.init(text: "old"))], to: path)
        try write([.note(.init(text: "new"))], to: path)
        #expect(try RunLog(path: path).notes.map(\.text) == ["new"])
    }

    @Test func laterEpochsReplaceEarlierOnes() {
        func epoch(_ number: Int, _ loss: Double) -> RunEvent {
            .epoch(.init(epoch: number, step: number, trainLoss: loss, trainAccuracy: 0, imagesPerSecond: 0, seconds: 0))
        }
        let end = RunEvent.End(reason: .interrupted, epochs: 3, seconds: 1)
        let log = RunLog(name: "r", events: [epoch(1, 5), epoch(2, 4), epoch(3, 3), .end(end), epoch(2, 1)])
        #expect(log.epochs.map(\.trainLoss) == [5, 1])
        #expect(log.end == nil)
    }

    @Test func unknownEventsAndKeysAreReadOver() throws {
        let text = "{\"event\":\"note\",\"text\":\"a\",\"more\":[1]}\r\n\n{\"event\":\"gradient\",\"x\":1}\n"
        let log = try RunLog(Array(text.utf8), path: "p", name: "n")
        #expect(log.events == [.note(.init(text: "a")), .unknown("gradient")])
    }

    @Test(arguments: [
        ("{\"event\":\"note\"}\n{\"event\":\"note\",\"text\":\"a\"}\n", 1), ("{\"event\":\"note\",\"text\":\"a\"}\nnonsense\n", 2),
        ("{\"event\":\"epoch\",\"epoch\":\"one\"}\n", 1), ("[]\n", 1), ("{}\n", 1),
    ])
    func badLines(text: String, line: Int) {
        do {
            _ = try RunLog(Array(text.utf8), path: "p", name: "n")
            Issue.record("no error")
        } catch {
            guard case .badLine("p", line, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func missingLogs() {
        #expect(throws: RunLogError.self) { try RunLog(path: "/nowhere/log.jsonl") }
        #expect(throws: RunLogError.noRun(path: "/")) { try RunLog(path: "/") }
        #expect(throws: FileError.self) { try RunLogWriter(path: "/nowhere/log.jsonl") }
        #expect(throws: FileError.self) { try RunLogWriter(path: "/dev/null") }
    }

    @Test func reportsBecomeEpochs() throws {
        let json = """
            {"epoch":2,"step":90,"trainLoss":0.5,"trainAccuracy":0.8,"flipRatio":0.01,"seconds":2,"waitSeconds":0.5,"imagesPerSecond":700,
            "flipRatios":{"dense10.kernel":0.3,"dense2.kernel":0.2,"dense1.kernel":0.1},"diagnostics":{},"schedules":{"adam.learningRate":0.01}}
            """
        let report = try JSONDecoder().decode(EpochReport.self, from: Data(json.utf8))
        let epoch = RunEvent.Epoch(report, time: 12, peakBytes: 99)
        #expect(epoch.layers.map(\.name) == ["dense1.kernel", "dense2.kernel", "dense10.kernel"])
        #expect(epoch.layers.map(\.flipRatio) == [0.1, 0.2, 0.3] && epoch.time == 12 && epoch.peakBytes == 99)
    }
}
