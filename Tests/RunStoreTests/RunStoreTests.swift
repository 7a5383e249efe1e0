import Foundation
import RunStore
import Testing

/// The states of runs, seen from two connections as two processes have them.
@Suite struct RunStoreTests {
    struct Pair {
        let path: String
        let a: RunStore
        let b: RunStore
        let sweep: Int64
    }

    static func entries(_ count: Int) -> [RunStore.Entry] {
        (0..<count).map { .init(key: "k\($0)", folder: "f\($0)", configuration: "{\"n\":\($0)}", label: "run \($0)") }
    }

    static func withPair<Result>(runs: Int = 3, _ body: (Pair) throws -> Result) throws -> Result {
        try withFolder { folder in
            let path = folder + "/" + RunStore.fileName
            let a = try RunStore(path: path, create: true)
            let b = try RunStore(path: path, create: false)
            return try body(Pair(path: path, a: a, b: b, sweep: try a.enroll(entries(runs), name: "s", key: "s", at: 1)))
        }
    }

    static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    @Test func aRunIsClaimedOnce() throws {
        try Self.withPair { pair in
            let first = try #require(try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5))
            let second = try #require(try pair.b.claim(pair.sweep, by: "B", at: 10, lease: 5))
            #expect(first.key == "k0" && first.label == "run 0" && first.configuration == "{\"n\":0}")
            #expect(second.key == "k1")
            #expect(try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5)?.key == "k2")
            #expect(try pair.b.claim(pair.sweep, by: "B", at: 10, lease: 5) == nil)
            let counts = try pair.b.counts(of: pair.sweep)
            #expect(counts.claimed == 3 && counts.total == 3 && !counts.isSettled)
        }
    }

    @Test func aRunGoesToDone() throws {
        try Self.withPair(runs: 1) { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5)
            #expect(try pair.a.renew("k0", by: "A", progress: 0.5, at: 12, lease: 5))
            var run = try #require(try pair.b.runs(of: pair.sweep).first)
            #expect(run.state == .claimed && run.worker == "A" && run.lease == 17 && run.progress == 0.5 && run.attempts == 1 && run.started == 10)
            #expect(try pair.b.counts(of: pair.sweep).underway == 0.5)
            #expect(try pair.a.finish("k0", by: "A", result: "{}", at: 20))
            run = try #require(try pair.b.runs(of: pair.sweep).first)
            #expect(run.state == .done && run.worker == nil && run.lease == nil && run.result == "{}" && run.finished == 20)
            #expect(try pair.b.counts(of: pair.sweep).isSettled)
        }
    }

    @Test func aFailedRunWaitsForAnotherChance() throws {
        try Self.withPair(runs: 1) { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5)
            #expect(try pair.a.fail("k0", by: "A", message: "diverged", at: 11))
            #expect(try pair.b.runs(of: pair.sweep).first?.message == "diverged")
            #expect(try pair.b.claim(pair.sweep, by: "B", at: 12, lease: 5) == nil)
            #expect(try pair.b.retryFailed(pair.sweep) == 1)
            let again = try #require(try pair.b.claim(pair.sweep, by: "B", at: 12, lease: 5))
            #expect(again.message == nil && again.attempts == 2)
        }
    }

    @Test func aRunGivenBackIsPending() throws {
        try Self.withPair(runs: 1) { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5)
            #expect(try pair.a.giveBack("k0", by: "A"))
            #expect(try pair.b.claim(pair.sweep, by: "B", at: 11, lease: 5)?.key == "k0")
        }
    }

    @Test func aLeaseThatRunsOutReturnsTheRun() throws {
        try Self.withPair(runs: 1) { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5)
            #expect(try pair.b.takeBack(pair.sweep, at: 15) == 0)
            #expect(try pair.b.takeBack(pair.sweep, at: 15.1) == 1)
            #expect(try pair.b.claim(pair.sweep, by: "B", at: 16, lease: 5)?.key == "k0")
        }
    }

    @Test func aWorkerKnownToBeGoneLosesItsRunsAtOnce() throws {
        try Self.withPair { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 500)
            _ = try pair.a.claim(pair.sweep, by: "C", at: 10, lease: 500)
            #expect(try pair.b.takeBack(pair.sweep, at: 11) { $0 == "A" } == 1)
            #expect(try pair.b.runs(of: pair.sweep).map(\.state) == [.pending, .claimed, .pending])
        }
    }

    /// A process that was only asleep must not overwrite its successor's work.
    @Test func aWorkerWhoseClaimIsGoneChangesNothing() throws {
        try Self.withPair(runs: 1) { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 10, lease: 5)
            _ = try pair.b.takeBack(pair.sweep, at: 20)
            _ = try pair.b.claim(pair.sweep, by: "B", at: 20, lease: 5)
            #expect(try !pair.a.renew("k0", by: "A", progress: 0.9, at: 21, lease: 5))
            #expect(try !pair.a.finish("k0", by: "A", result: "{}", at: 21))
            #expect(try !pair.a.fail("k0", by: "A", message: "no", at: 21))
            #expect(try !pair.a.giveBack("k0", by: "A"))
            let run = try #require(try pair.a.runs(of: pair.sweep).first)
            #expect(run.worker == "B" && run.progress == 0 && run.state == .claimed)
            #expect(try pair.b.finish("k0", by: "B", result: "{\"b\":1}", at: 22))
            #expect(try !pair.b.finish("k0", by: "B", result: "{}", at: 23))
        }
    }

    @Test func aRunThatKillsItsWorkersFails() throws {
        try Self.withPair(runs: 1) { pair in
            for round in 1...3 {
                _ = try pair.a.claim(pair.sweep, by: "A\(round)", at: Double(round) * 10, lease: 5)
                _ = try pair.b.takeBack(pair.sweep, at: Double(round) * 10 + 6)
            }
            let run = try #require(try pair.a.runs(of: pair.sweep).first)
            #expect(run.state == .failed)
            #expect(run.message?.contains("3 times") == true)
            #expect(try pair.a.retryFailed(pair.sweep) == 1)
            _ = try pair.a.claim(pair.sweep, by: "A", at: 50, lease: 5)
            _ = try pair.a.takeBack(pair.sweep, at: 60)
            #expect(try pair.a.runs(of: pair.sweep).first?.state == .pending)
        }
    }

    @Test func sweepsShareRuns() throws {
        try Self.withPair(runs: 2) { pair in
            _ = try pair.a.claim(pair.sweep, by: "A", at: 1, lease: 5)
            _ = try pair.a.finish("k0", by: "A", result: "{}", at: 2)
            #expect(try pair.b.enroll(Self.entries(2), name: "again", key: "s", at: 3) == pair.sweep)
            let others = Self.entries(3).map { RunStore.Entry(key: $0.key, folder: $0.folder, configuration: "?", label: "other") }
            let more = try pair.b.enroll(others, name: "more", key: "m", at: 3)
            #expect(more != pair.sweep)
            let runs = try pair.b.runs(of: more)
            #expect(runs.map(\.state) == [.done, .pending, .pending])
            #expect(runs.map(\.configuration) == ["{\"n\":0}", "{\"n\":1}", "?"])
            #expect(runs.map(\.label) == ["other", "other", "other"])
            #expect(try pair.b.strangers(to: pair.sweep) == 1)
            #expect(try pair.b.strangers(to: more) == 0)
        }
    }

    /// Eight threads over eight connections: every run is claimed exactly once.
    @Test func manyWorkersNeverShareARun() throws {
        try Self.withFolder { folder in
            let path = folder + "/" + RunStore.fileName
            let store = try RunStore(path: path, create: true)
            let sweep = try store.enroll(Self.entries(60), name: "s", key: "s", at: 1)
            let claims = Claims()
            DispatchQueue.concurrentPerform(iterations: 8) { index in
                do {
                    let own = try RunStore(path: path, create: false)
                    while let run = try own.claim(sweep, by: "w\(index)", at: 1, lease: 100) {
                        claims.add(run.key)
                        guard try own.finish(run.key, by: "w\(index)", result: "{}", at: 2) else { return }
                    }
                } catch { claims.add("\(error)") }
            }
            #expect(claims.keys.sorted() == Self.entries(60).map(\.key).sorted())
            #expect(try store.counts(of: sweep).done == 60)
        }
    }

    final class Claims: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var keys: [String] = []
        func add(_ key: String) { lock.withLock { keys.append(key) } }
    }

    @Test func otherFilesAreRefused() throws {
        try Self.withFolder { folder in
            #expect(throws: RunStoreError.missing(path: folder + "/none")) { try RunStore(path: folder + "/none", create: false) }
            let text = folder + "/text"
            try String(repeating: "not a database ", count: 200).write(toFile: text, atomically: true, encoding: .utf8)
            #expect(throws: RunStoreError.notAStore(path: text)) { try RunStore(path: text, create: true) }
            #expect(throws: RunStoreError.self) { try RunStore(path: folder, create: true) }
            #expect(throws: RunStoreError.self) { try RunStore(path: folder + "/no/such/folder", create: true) }
        }
    }
}
