import BinaryNN
import BitCore
import Testing

@Suite struct LossTests {
    @Test func crossEntropyOfEqualScoresIsLogClasses() {
        let value = Loss.crossEntropy.evaluate(Tensor(zeros: [2, 4]), labels: [0, 3])
        #expect(abs(value.mean - 1.3862943611198906) < 1e-12)
        #expect(value.gradient.elements == [-0.375, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, -0.375])
        #expect(value.correct == 1, "the lowest index wins ties")
    }

    @Test func crossEntropyOfHugeScoresIsFinite() {
        let value = Loss.crossEntropy.evaluate(Tensor([3e38, -3e38], shape: [1, 2]), labels: [0])
        #expect(value.mean == 0 && value.gradient.elements == [0, 0])
    }

    /// Scores 0.5 (label) and 0.5 (other): (1 − 0.5)² + (1 + 0.5)².
    @Test func squaredHingeMatchesItsFormula() {
        let value = Loss.squaredHinge.evaluate(Tensor([0.5, 0.5], shape: [1, 2]), labels: [0])
        #expect(value.mean == 2.5)
        #expect(value.gradient.elements == [-1, 3])
    }

    @Test func argmaxTakesTheLowestIndexAndNeverNaN() {
        #expect(argmax([1, 3, 3]) == 1)
        #expect(argmax([Float.nan, -1, -2]) == 1)
    }
}
