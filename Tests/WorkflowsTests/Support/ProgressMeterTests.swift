import Testing
import Workflows

@Suite struct ProgressMeterTests {
    /// What the meter shows now; fails where it shows nothing.
    func shown(_ meter: inout ProgressMeter, _ progress: Progress, at now: Double) throws -> String {
        let text = meter.update(progress, at: now)
        return try #require(text)
    }

    @Test func linesComeNowAndThen() {
        var meter = ProgressMeter(.lines(interval: 5))
        var shown: [String] = []
        for second in 0...12 {
            let progress = Progress(stage: "training", completed: second * 100, total: 1200, unit: "images", note: "loss 0.5")
            if let text = meter.update(progress, at: Double(second)) { shown.append(text) }
        }
        #expect(
            shown == [
                "training  41 %  100 images/s  7.00 s left  loss 0.5\n",
                "training  83 %  100 images/s  2.00 s left  loss 0.5\n",
            ])
        #expect(meter.clear() == "")
    }

    @Test func barIsRedrawnInPlaceAndWiped() throws {
        var meter = ProgressMeter(.bar(width: 80, color: false))
        let first = try shown(&meter, Progress(stage: "training", completed: 0, total: 100, unit: "images"), at: 0)
        #expect(first.hasPrefix("\r") && first.hasSuffix("\u{1B}[K"))
        let tooSoon = meter.update(Progress(stage: "training", completed: 1, total: 100, unit: "images"), at: 0.05)
        #expect(tooSoon == nil)
        let half = try shown(&meter, Progress(stage: "training", completed: 50, total: 100, unit: "images"), at: 1)
        #expect(half.contains("50 %") && half.contains("50.0 images/s") && half.contains("1.00 s left"))
        #expect(half.filter { $0 == "━" }.count == half.filter { $0 == "─" }.count)
        #expect(meter.clear() == "\r\u{1B}[K")
        #expect(meter.clear() == "")
    }

    @Test(arguments: [1, 10, 20, 40, 60, 79, 80, 200], [nil, 0, 7, 1_000_000])
    func barNeverWraps(_ width: Int, _ total: Int?) throws {
        var meter = ProgressMeter(.bar(width: width, color: false))
        for time in [0.0, 3, 1000] {
            let progress = Progress(stage: "training bop", completed: Int(time), total: total, unit: "images", note: "epoch 3/10, loss 0.3120")
            let text = try shown(&meter, progress, at: time)
            #expect(text.count - "\r\u{1B}[K".count <= Swift.max(width, 2), "\(text.debugDescription)")
        }
    }

    @Test func noColourMeansNoEscapesButTheRedraw() throws {
        var meter = ProgressMeter(.bar(width: 80, color: false))
        let text = try shown(&meter, Progress(stage: "x", completed: 1, total: 2, unit: "y"), at: 0)
        #expect(text.filter { $0 == "\u{1B}" }.count == 1)
        var coloured = ProgressMeter(.bar(width: 80, color: true))
        let inColour = coloured.update(Progress(stage: "x", completed: 1, total: 2, unit: "y"), at: 0)
        #expect(inColour?.contains("\u{1B}[36m") == true)
    }

    @Test func newStageStartsItsOwnRate() throws {
        var meter = ProgressMeter(.lines(interval: 5))
        let texts = [("a", 0, 0.0), ("a", 9, 5), ("b", 0, 6), ("b", 5, 10.9), ("b", 10, 11)].map {
            meter.update(Progress(stage: $0.0, completed: $0.1, total: 10, unit: "runs"), at: $0.2)
        }
        #expect(texts == [nil, "a  90 %  1.80 runs/s  0.56 s left\n", nil, nil, "b  100 %  2.00 runs/s\n"])
    }
}
