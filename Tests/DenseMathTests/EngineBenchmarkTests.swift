import BitCore
import DenseMath
import Testing

@Suite struct EngineBenchmarkTests {
    /// A clock on which every look takes a millisecond.
    final class CountingClock: Clock, @unchecked Sendable {
        struct Instant: InstantProtocol {
            var offset: Duration
            func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
            func duration(to other: Instant) -> Duration { other.offset - offset }
            static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
        }

        private var looks = 0
        var now: Instant {
            looks += 1
            return Instant(offset: .milliseconds(looks))
        }
        var minimumResolution: Duration { .milliseconds(1) }
        func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
    }

    @Test func aTrainingStepHasThreeProductsALayerButTheFirst() {
        let items = EngineBenchmark.trainingStep(batch: 128, widths: [784, 1024, 10])
        #expect(
            items.map(\.name) == [
                "layer 1 forward", "layer 1 backward weights", "layer 2 forward", "layer 2 backward data", "layer 2 backward weights",
            ])
        #expect(items[0].product == MatrixProduct(rows: 128, columns: 1024, depth: 784, transposeB: true))
        #expect(items[3].product == MatrixProduct(rows: 128, columns: 1024, depth: 10))
        #expect(items[4].product == MatrixProduct(rows: 10, columns: 1024, depth: 128, transposeA: true))
        let total = items.reduce(0) { $0 + $1.product.multiplyAccumulates }
        #expect(total == 128 * 2 * 784 * 1024 + 128 * 3 * 1024 * 10)
    }

    @Test func timesComeFromTheClock() {
        let item = EngineBenchmark.Item("square", MatrixProduct(rows: 10, columns: 10, depth: 10))
        let engines: [any DenseEngine] = [PortableEngine(), PortableEngine(.reference)]
        let results = EngineBenchmark([item, item], repetitions: 3).run(engines: engines, parallel: .serial, clock: CountingClock())
        #expect(results.count == 4)
        for result in results {
            #expect((result.minimum, result.median, result.maximum) == (0.001, 0.001, 0.001))
            #expect(abs(result.gigaMACsPerSecond - 0.001) < 1e-9)
            #expect(result.engine == "portable" && result.threads == 1 && result.item == item)
        }
        #expect(abs(EngineBenchmark.combinedGigaMACsPerSecond(results) - 0.001) < 1e-9)
        #expect(EngineBenchmark.combinedGigaMACsPerSecond([]) == 0)
    }
}
