import Testing
import Workflows

@Suite struct MeanIntervalTests {
    /// From the tables of Student's distribution: the two-sided 95 % points.
    @Test(arguments: [
        (1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (10, 2.2281), (29, 2.0452), (30, 2.0423), (100, 1.9840),
    ])
    func quantilesAreThoseOfTheTables(_ degrees: Int, _ expected: Double) throws {
        // Values ±1 around 0: the half width is t·s/√n, so t comes back from it.
        let values = (0...degrees).map { $0 % 2 == 0 ? 1.0 : -1.0 }
        let interval = try #require(MeanInterval(values))
        let deviation = try #require(interval.standardDeviation)
        let t = try #require(interval.halfWidth) * Double(values.count).squareRoot() / deviation
        #expect(abs(t - expected) < 1e-4)
    }

    @Test func threeSeedsByHand() throws {
        let interval = try #require(MeanInterval([0.96, 0.97, 0.95]))
        #expect(abs(interval.mean - 0.96) < 1e-12 && abs(interval.median - 0.96) < 1e-12)
        #expect(abs((interval.standardDeviation ?? 0) - 0.01) < 1e-12)
        // 4.30265 · 0.01 / √3
        #expect(abs((interval.halfWidth ?? 0) - 0.0248413) < 1e-6)
        #expect(interval.lower.map { abs($0 - 0.9351587) < 1e-6 } == true)
    }

    /// The p-value belongs to the interval: 0.05 where that ends at 0.
    @Test(arguments: [[0.1, 0.3, 0.2], [1, 2, 4, 3, 2.5], [0.01, -0.02, 0.03, 0.02]]) func pValues(_ values: [Double]) throws {
        let interval = try #require(MeanInterval(values))
        let half = try #require(interval.halfWidth)
        let moved = try #require(MeanInterval(values.map { $0 - interval.mean + half }))
        #expect(abs((moved.pValue ?? 0) - 0.05) < 1e-9)
        #expect((interval.pValue ?? 1) < (MeanInterval(values.map { $0 - interval.mean / 2 })?.pValue ?? 0))
    }

    @Test func pValuesAtTheEdges() {
        #expect(MeanInterval([1])?.pValue == nil && MeanInterval([0, 0, 0])?.pValue == nil)
        #expect(MeanInterval([1, 1, 1])?.pValue == 0 && MeanInterval([1, -1])?.pValue == 1)
    }

    @Test func oneValueHasNoInterval() {
        #expect(MeanInterval([]) == nil)
        let one = MeanInterval([0.5])
        #expect(one?.mean == 0.5 && one?.median == 0.5 && one?.halfWidth == nil && one?.lower == nil)
        #expect(MeanInterval([1, 2, 3, 10])?.median == 2.5)
    }

    @Test func pairsShareTheirSeeds() throws {
        let difference = try #require(MeanInterval.paired([0: 0.9, 1: 0.8, 2: 0.7], [0: 0.8, 1: 0.7, 5: 0.1]))
        #expect(difference.count == 2)
        #expect(abs(difference.mean - 0.1) < 1e-12)
        #expect((difference.halfWidth ?? 1) < 1e-12)
    }
}
