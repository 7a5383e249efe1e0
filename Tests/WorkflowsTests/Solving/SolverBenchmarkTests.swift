import Dispatch
import Foundation
import Testing
import Workflows

@Suite struct SolverBenchmarkTests {
    static let control = RunControl(seconds: { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 })
    static let data = ProcessInfo.processInfo.environment["SPINFLIP_DATA"] ?? ""

    @Test func ratesOfEveryEngine() throws {
        let report = try SolverBenchmark.rates(threads: 2, seed: 0, secondsPerRow: 0.05, Self.control)
        #expect(report.isComplete)
        for engine in ["scalar", "dense"] { #expect(report.rows.contains { $0.isa == engine && $0.threads == 1 && $0.rate > 0 }) }
        #expect(report.rows.contains { $0.threads == 2 && $0.fraction != nil })
        #expect(report.rows.last?.unit == "states/ns")
        #expect(report.text.contains("proposals/ns"))
    }

    /// What is late here depends on the machine; that everything is measured does not.
    @Test func limitsOfEverySampler() throws {
        let report = try SolverBenchmark.limits(
            variables: (100, 60, 300), limits: [0.002, 0.004], repeats: 2, threads: 1, seed: 0, Self.control)
        #expect(report.isComplete)
        let samplers = Set(report.rows.map(\.sampler))
        #expect(samplers.count > 10 && report.rows.count == 6 * samplers.count)
        #expect(report.rows.allSatisfy { $0.unit == "ms late" && $0.isReached == ($0.rate <= 10) })
        #expect(report.text.contains("worst overrun of") && report.text.contains("complete, n 60"))
        #expect(throws: (any Error).self) { try SolverBenchmark.limits(["exat"], threads: 1, seed: 0, Self.control) }
    }

    @Test func trainingAsADiscreteProblem() throws {
        let rates = try DiscreteBenchmark.rates(layers: [12, 4, 3], samples: [64, 128], seconds: 0.02, repeats: 1, Self.control)
        #expect(rates.isComplete && rates.rows.map(\.unit) == ["flips/µs", "flips/µs"] && rates.rows.allSatisfy { $0.rate > 0 && $0.isReached != nil })
        #expect(rates.rows[1].goal == rates.rows[0].rate / 2)
        let fits = try DiscreteBenchmark.fits(teachers: [.init([5, 2, 1], samples: 6)], seeds: 3, Self.control)
        #expect(fits.isComplete && fits.rows.map(\.sampler) == ["weights", "qubo"])
        #expect(fits.rows.allSatisfy { $0.met == 3 && $0.objectives == [0, 0, 0] && $0.goal == 0 })
        #expect(fits.text.contains("5-2-1, 6 samples"))
        #expect(try !DiscreteBenchmark.fits(RunControl(seconds: { 0 }, isCancelled: { true })).isComplete)
    }

    @Test func nothingPublishedIsAnError() {
        #expect(throws: ConfigurationError.self) { try SolverBenchmark.published(in: "/nowhere") }
    }

    /// All 32 have proven optima.
    @Test(.enabled(if: !data.isEmpty && FileManager.default.fileExists(atPath: data + "/qubo-sample/index.csv")))
    func smallPublishedInstancesAreSolved() throws {
        let instances = try SolverBenchmark.published(in: Self.data).filter { $0.within == 1 && $0.timeLimit == 5 }
        #expect(instances.count == 32)
        let report = try SolverBenchmark(seeds: 1).run(instances, Self.control)
        for row in report.rows { #expect(row.met == 1, "\(row.name): \(row.rate) instead of \(row.goal ?? 0)") }
    }

    @Test(.enabled(if: !data.isEmpty && FileManager.default.fileExists(atPath: data + "/gset/wk2000_1.bits")))
    func completeGraphIsRead() throws {
        let instance = try #require(try SolverBenchmark.published(in: Self.data).first { $0.name == "K2000" })
        #expect(throws: Never.self) { _ = try instance.problem() }
    }
}
