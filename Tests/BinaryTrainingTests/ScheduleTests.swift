import BinaryTraining
import Testing

@Suite struct ScheduleTests {
    /// 10 epochs of 10 steps.
    func clock(_ step: Int) -> TrainingClock { TrainingClock(step: step, stepsPerEpoch: 10, totalSteps: 100) }

    @Test func valuesAtStartMiddleAndEnd() {
        let linear = Schedule.linear(from: 1, to: 0)
        #expect([0, 50, 100].map { linear.value(at: clock($0)) } == [1, 0.5, 0])
        let exponential = Schedule.exponential(from: 1, to: 1e-4)
        #expect(abs(exponential.value(at: clock(50)) - 1e-2) < 1e-15)
        let cosine = Schedule.cosine(from: 2, to: 0)
        #expect(cosine.value(at: clock(0)) == 2 && abs(cosine.value(at: clock(50)) - 1) < 1e-12 && abs(cosine.value(at: clock(100))) < 1e-12)
        let staircase = Schedule.staircase(from: 1, factor: 0.5, everyEpochs: 2)
        #expect([0, 19, 20, 39, 40].map { staircase.value(at: clock($0)) } == [1, 1, 0.5, 0.5, 0.25])
        let warmup = Schedule.warmup(epochs: 1, then: .constant(1))
        #expect(warmup.value(at: clock(0)) == 0.1 && warmup.value(at: clock(9)) == 1 && warmup.value(at: clock(50)) == 1)
    }

    @Test(arguments: [
        "0.001", "linear:0.1:0.01", "exponential:0.001:1e-06", "cosine:0.01:0.0", "staircase:0.0001:0.1:100.0", "warmup:5.0:cosine:0.01:0.0",
    ])
    func textFormsReadBack(text: String) throws {
        let schedule = try #require(Schedule(text))
        #expect(schedule.description == text)
    }

    @Test(arguments: ["", "fast", "linear:1", "linear:1:2:3", "cosine:nan:1", "exponential:0:1", "staircase:1:0.1:0", "warmup:0:0.1", "inf"])
    func otherTextsAreNone(text: String) { #expect(Schedule(text) == nil) }
}
