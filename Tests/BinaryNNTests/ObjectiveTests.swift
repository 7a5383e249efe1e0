import BinaryNN
import BitCore
import Testing

@Suite struct ObjectiveTests {
    static let scores = Tensor([0.5, -1.25, 2, 0.125, 3, -0.5, 0.75, 0.25, -2, 1, 0.5, 0], shape: [3, 4])
    static let teacher = Tensor([2, 1, 0.5, -1, 0, 4, -2, 1, 1, 1, 1, 3], shape: [3, 4])
    static let labels = [2, 0, 3]

    static let objectives = [
        Objective(), Objective(.squaredHinge), Objective(labelSmoothing: 0.1), Objective(labelSmoothing: 0.75),
        Objective(distillation: .init(weight: 0.3, temperature: 2)), Objective(.squaredHinge, distillation: .init(weight: 0.5, temperature: 1)),
        Objective(labelSmoothing: 0.2, distillation: .init(weight: 0.9, temperature: 5)), Objective(distillation: .init(weight: 1, temperature: 4)),
    ]

    @Test(arguments: objectives) func gradientIsTheSlopeOfTheLoss(_ objective: Objective) {
        let value = objective.evaluate(Self.scores, labels: Self.labels, teacher: Self.teacher)
        for i in 0..<12 {
            func loss(_ step: Float) -> Double {
                var scores = Self.scores
                scores.withUnsafeMutableElements { $0[i] += step }
                return objective.evaluate(scores, labels: Self.labels, teacher: Self.teacher).mean
            }
            let h: Float = 1 / 1024
            let slope = (loss(h) - loss(-h)) / (2 * Double(h))
            #expect(abs(slope - Double(value.gradient.elements[i])) < 2e-5)
        }
    }

    @Test func plainObjectiveIsTheLoss() {
        for loss in Loss.allCases {
            let (mixed, plain) = (Objective(loss).evaluate(Self.scores, labels: Self.labels), loss.evaluate(Self.scores, labels: Self.labels))
            #expect(mixed.mean == plain.mean && mixed.gradient.elements == plain.gradient.elements && mixed.correct == plain.correct)
        }
    }

    /// Against scores of 0 every label distribution costs log(classes).
    @Test func smoothingOfEqualScores() {
        let value = Objective(labelSmoothing: 0.2).evaluate(Tensor(zeros: [1, 4]), labels: [1])
        #expect(abs(value.mean - 1.3862943611198906) < 1e-12)
        #expect(zip(value.gradient.elements, [0.2, -0.6, 0.2, 0.2]).allSatisfy { abs($0 - $1) < 1e-7 })
    }

    @Test func aStudentLikeItsTeacherHasNothingToLearn() {
        let value = Objective(distillation: .init(weight: 1, temperature: 3)).evaluate(Self.teacher, labels: Self.labels, teacher: Self.teacher)
        #expect(abs(value.mean) < 1e-12 && value.gradient.elements.allSatisfy { abs($0) < 1e-7 })
    }

    /// Even where all of softmax sits at one class, and the gradient of the label is exactly 0.
    @Test func extremeScoresStayFinite() {
        let scores = Tensor([3e38, -3e38, 0], shape: [1, 3])
        for label in 0..<3 {
            let value = Objective(labelSmoothing: 0.3, distillation: .init(weight: 0.5, temperature: 0.5)).evaluate(scores, labels: [label], teacher: scores)
            #expect(value.gradient.elements.allSatisfy { $0.isFinite })
        }
        let sure = Objective(labelSmoothing: 0.3).evaluate(Tensor([0, 100, 0], shape: [1, 3]), labels: [1])
        #expect(zip(sure.gradient.elements, [-0.1, 0.2, -0.1]).allSatisfy { abs($0 - $1) < 1e-6 })
    }
}
