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
        #expect([0, 9, 10, 35].map { Schedule.ramp(perEpoch: 0.5).value(at: clock($0)) } == [0, 0, 0.5, 1.5])
        let warmup = Schedule.warmup(epochs: 1, then: .constant(1))
        #expect(warmup.value(at: clock(0)) == 0.1 && warmup.value(at: clock(9)) == 1 && warmup.value(at: clock(50)) == 1)
    }

    @Test(arguments: [
        "0.001", "linear:0.1:0.01", "exponential:0.001:1e-06", "cosine:0.01:0.0", "staircase:0.0001:0.1:100.0", "ramp:0.0001", "warmup:5.0:cosine:0.01:0.0",
    ])
    func textFormsReadBack(text: String) throws {
        let schedule = try #require(Schedule(text))
        #expect(schedule.description == text)
    }

    @Test(arguments: ["", "fast", "linear:1", "linear:1:2:3", "cosine:nan:1", "exponential:0:1", "staircase:1:0.1:0", "warmup:0:0.1", "inf", "ramp:1:2"])
    func otherTextsAreNone(text: String) { #expect(Schedule(text) == nil) }

    /// A quotient that rounds to just below a whole number counts as that number: step 3·every is the third stair.
    @Test(arguments: [0.1, 0.3, 0.7, 1, 3.3]) func stairsBeginOnTheirStep(every: Double) {
        let staircase = Schedule.staircase(from: 1, factor: 0.5, everyEpochs: every)
        for stair in 1...9 {
            let step = Int((Double(stair) * every * 1000).rounded())
            func value(_ step: Int) -> Double { staircase.value(at: TrainingClock(step: step, stepsPerEpoch: 1000, totalSteps: 1)) }
            #expect(value(step) == value(step - 1) * 0.5)
        }
    }

    @Test(arguments: [
        "0.1", "linear:1:-2", "cosine:0:3", "exponential:1e-3:1", "staircase:1:0.5:0.3", "staircase:-1:2:1", "staircase:1:-0.5:1", "ramp:-1",
        "warmup:2:linear:1:2",
    ])
    func valuesLieWithinTheBounds(text: String) throws {
        let schedule = try #require(Schedule(text))
        for step in 0...120 { #expect(schedule.bounds.contains(schedule.value(at: clock(step)))) }
    }
}
