import Testing
import Workflows

@Suite struct PooledScatterTests {
    @Test func threeGroupsByHand() throws {
        // Squares about the means: 2, 0, 8, with three degrees of freedom.
        let scatter = try #require(PooledScatter([[1, 3], [2, 2], [5, 9], [4], []]))
        #expect(scatter.degrees == 3 && abs(scatter.deviation - (10.0 / 3).squareRoot()) < 1e-12)
        // 3.18245 · 1.82574 / √2, and √2 times that for a difference.
        #expect(abs(scatter.halfWidth(of: 2) - 4.10853) < 1e-4)
        #expect(abs(scatter.halfWidth(ofDifferences: 2) - 5.81034) < 1e-4)
        #expect(abs((scatter.pValue(of: scatter.halfWidth(ofDifferences: 2), 2) ?? 0) - 0.05) < 1e-9)
        #expect(scatter.pValue(of: 0, 2) == 1)
    }

    /// Of one group it is that group's own interval.
    @Test func oneGroupIsItsOwnInterval() throws {
        let values = [0.4, 0.7, 0.6]
        #expect(try #require(PooledScatter([values])).halfWidth(of: 3) == MeanInterval(values)?.halfWidth)
    }

    @Test func nothingScatters() {
        #expect(PooledScatter([[1], [], [2]]) == nil)
        #expect(PooledScatter([[1, 1], [2, 2]])?.pValue(of: 1, 2) == nil)
    }
}
