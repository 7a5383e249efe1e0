import BitCore
import Foundation
import Profiling
import Testing

/// The benchmark under a clock that the test turns: what it reports follows from the times it is given.
@Suite struct KernelBenchmarkTests {
    /// Ten milliseconds pass between two looks at it.
    static func steadyClock() -> () -> Double {
        var now = 0.0
        return {
            now += 0.01
            return now
        }
    }

    // The reference takes seconds on these shapes.
    @Test(arguments: InstructionSet.supported.filter { $0 != .reference }) func rowsFollowFromTheirTimes(_ isa: InstructionSet) throws {
        let rows = KernelBenchmark.run(isa: isa, threads: 2, quick: true, seconds: Self.steadyClock())
        #expect(rows.contains { $0.name == "xnor product to bits" } && rows.contains { $0.name == "byte product" })
        #expect(rows.contains { $0.name == "kernel gradient bf16, Bi-Real 256 8×8" && $0.shape == "128×256×2304" })
        for row in rows {
            #expect(row.isa == isa.rawValue && row.threads == 2)
            #expect(abs(row.seconds.min - 0.01) < 1e-9 && row.seconds.min <= row.seconds.median && row.seconds.median <= row.seconds.max)
            let extents = row.shape.split(separator: "×").compactMap { Double($0) }
            let work = extents.reduce(1, *) * (row.unit == "GB/s" ? 4 : 1)
            #expect(abs(row.rate / (work / row.seconds.min * 1e-9) - 1) < 1e-9)
            if let roof = row.roof { #expect(row.fraction == row.rate / roof) } else { #expect(row.fraction == nil) }
        }
        let data = try JSONEncoder().encode(rows)
        #expect(try JSONDecoder().decode([BenchmarkRow].self, from: data) == rows)
    }

    @Test func stopsWhenAsked() {
        var seen = 0
        let rows = KernelBenchmark.run(
            quick: true, seconds: Self.steadyClock(), isCancelled: { seen == 2 },
            onRow: { _, total in
                seen += 1
                #expect(total > 2)
            })
        #expect(rows.count == 2)
    }

    @Test func medianOfTimes() {
        #expect(BenchmarkRow.Seconds([3, 1, 2]) == .init(min: 1, median: 2, max: 3))
        #expect(BenchmarkRow.Seconds([4, 1, 2, 3]) == .init(min: 1, median: 2.5, max: 4))
    }
}
