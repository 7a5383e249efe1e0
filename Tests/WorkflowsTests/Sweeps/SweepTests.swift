import Datasets
import DenseMath
import Foundation
import RunStore
import Synchronization
import Testing
import Workflows

/// Sweeps on a few digits, in this process. Scripts/test-sweep.sh has the ones with several processes, some of them killed.
@Suite struct SweepTests {
    static func sweep(_ plan: SweepPlan, _ folder: String) throws -> Sweep {
        Sweep(plan, folder: folder, catalog: DatasetCatalog(folder: folder + "/none"), engine: PortableEngine(), threads: 1)
    }

    static func run(
        _ sweep: Sweep, resume: Bool = false, as worker: String = "here", isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> SweepReport {
        try sweep.run(
            resume: resume, as: WorkerName(host: worker, process: 1, began: 1), Fixtures.control(isCancelled: isCancelled), wallTime: { 1000 })
    }

    static let text = #"""
        {"name": "tiny", "base": {"model": "mlp:64-16-10", "dataset": "digits", "epochs": 2, "batchSize": 32, "limit": 200}, "seeds": 2,
         "variants": [{"name": "adam"}, {"name": "bop", "optimizer": "bop", "grid": {"settings": {"gamma": ["1e-2", "1e-3"]}}}]}
        """#

    static func plan(_ text: String = text) throws -> SweepPlan { try SweepConfigurationTests.plan(text) }

    @Test func everyRunIsDoneOnce() throws {
        try Fixtures.withFolder { folder in
            let report = try Self.run(Self.sweep(Self.plan(), folder))
            #expect(report.runs == 6 && report.completed == 6 && report.failed == 0 && !report.interrupted)
            #expect(report.groups.count == 3)
            #expect(report.groups.map { $0.testAccuracy?.mean ?? 0 } == report.groups.map { $0.testAccuracy?.mean ?? 0 }.sorted(by: >))
            #expect(report.best == report.groups.first)
            #expect(report.groups.allSatisfy { $0.seeds == [0, 1] && $0.testAccuracy?.halfWidth != nil })
            for path in [report.storePath, report.reportPath, report.csvPath, report.jsonPath] {
                #expect(FileManager.default.fileExists(atPath: path), "\(path)")
            }
            let csv = try String(contentsOfFile: report.csvPath, encoding: .utf8).split(separator: "\n")
            #expect(csv.count == 7)
            #expect(csv[0].hasPrefix("label,variant,gamma,model,"))
            #expect(csv[1].hasPrefix("\"adam, seed 0\",adam,,mlp:64-16-10,digits,adam,2,32,200,0,done,0."))
            let decoded = try JSONDecoder().decode(SweepReport.self, from: Data(contentsOf: URL(filePath: report.jsonPath)))
            #expect(decoded.groups == report.groups)
            #expect(report.text.contains("± is the 95 % interval"))
            let page = try String(contentsOfFile: report.reportPath, encoding: .utf8)
            #expect(page.contains("bop gamma=1e-2") && page.contains("<svg"))

            // The same again: nothing is trained twice.
            let before = try Self.attempts(folder)
            let again = try Self.run(Self.sweep(Self.plan(), folder))
            #expect(again.groups == report.groups)
            #expect(try Self.attempts(folder) == before)
        }
    }

    static func attempts(_ folder: String) throws -> [Int] {
        try RunStore(path: folder + "/" + RunStore.fileName, create: false).runs(of: 1).map(\.attempts)
    }

    @Test func aSweepThatIsStoppedGoesOnToTheSameNumbers() throws {
        try Fixtures.withFolder { folder in
            let whole = try Self.run(Self.sweep(Self.plan(), folder + "/whole"))
            // Stopped after 20 looks, which is in the second run; then again and again.
            var report = try Self.run(Self.sweep(Self.plan(), folder + "/parts"), isCancelled: Self.after(20))
            #expect(report.interrupted && report.completed < 6)
            #expect(throws: SweepError.self) { try Self.run(Self.sweep(Self.plan(), folder + "/parts")) }
            var rounds = 0
            while report.interrupted, rounds < 50 {
                report = try Self.run(Self.sweep(Self.plan(), folder + "/parts"), resume: true, isCancelled: Self.after(20))
                rounds += 1
            }
            #expect(rounds > 1 && rounds < 50)
            #expect(report.groups.map(\.testAccuracies) == whole.groups.map(\.testAccuracies))
            #expect(report.groups.map(\.label) == whole.groups.map(\.label))
        }
    }

    static func after(_ count: Int) -> @Sendable () -> Bool {
        let looks = Counter()
        return { looks.next() > count }
    }

    final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    @Test func aFailedRunDoesNotStopTheOthers() throws {
        try Fixtures.withFolder { folder in
            let plan = try Self.plan()
            // A file where a run's folder should be: that run cannot write.
            let sweep = try Self.sweep(plan, folder)
            let store = try RunStore(path: folder + "/" + RunStore.fileName, create: true)
            try FileManager.default.createDirectory(atPath: folder + "/runs", withIntermediateDirectories: true)
            let name = "bop-gamma-1e-2-seed-0-" + plan.runs[2].key.prefix(10)
            try "in the way".write(toFile: folder + "/runs/" + name, atomically: true, encoding: .utf8)
            let report = try Self.run(sweep)
            #expect(report.completed == 5 && report.failed == 1 && !report.interrupted)
            #expect(report.failures.map(\.label) == ["bop gamma=1e-2, seed 0"])
            #expect(report.text.contains("failed  bop gamma=1e-2, seed 0: "))
            #expect(report.best?.failed == 0)
            #expect(throws: SweepError.unfinished(folder: folder, open: 0, failed: 1)) { try Self.run(sweep) }
            try FileManager.default.removeItem(atPath: folder + "/runs/" + name)
            let again = try Self.run(sweep, resume: true)
            #expect(again.completed == 6 && again.failed == 0)
            #expect(try store.runs(of: 1).map(\.attempts) == [1, 1, 2, 1, 1, 1])
        }
    }

    /// A worker that is gone leaves a claim; the next one on the host knows, takes the run and goes on.
    @Test func theRunOfADeadWorkerIsTakenOver() throws {
        try Fixtures.withFolder { folder in
            let plan = try Self.plan()
            _ = try Self.run(Self.sweep(plan, folder), isCancelled: Self.after(20))
            let store = try RunStore(path: folder + "/" + RunStore.fileName, create: false)
            // Process numbers end far below this one.
            let dead = WorkerName(host: "here", process: .max - 7, began: 1)
            let run = try #require(try store.claim(1, by: "\(dead)", at: 1000, lease: 1e6))
            #expect(run.state == .claimed)
            let report = try Self.run(Self.sweep(plan, folder), resume: true)
            #expect(report.completed == 6)
        }
    }

    @Test func workerNamesAreReadBack() throws {
        let name = WorkerName(host: "a:b", process: 12, began: 34)
        #expect(WorkerName("\(name)") == name)
        for text in ["", "a", "a:1", "a:x:1", "a:0:1", "a:1:x"] { #expect(WorkerName(text) == nil) }
        #expect(WorkerName.current(at: 1).process == getpid())
    }

    @Test func plansShareRuns() throws {
        try Fixtures.withFolder { folder in
            _ = try Self.run(Self.sweep(Self.plan(), folder))
            let wider = Self.text.replacing(#""1e-3"]"#, with: #""1e-3", "1e-4"]"#)
            let report = try Self.run(Self.sweep(Self.plan(wider), folder))
            #expect(report.runs == 8 && report.completed == 8)
            let store = try RunStore(path: folder + "/" + RunStore.fileName, create: false)
            #expect(try store.runs(of: 2).map(\.attempts) == [Int](repeating: 1, count: 8))
        }
    }
}
