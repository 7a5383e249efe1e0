import BitCore
import Foundation
import Synchronization
import Testing

/// Counts of calls, one a place.
private final class Tally: Sendable {
    private let counts: Mutex<[Int]>
    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }
    func add(_ range: Range<Int>) { counts.withLock { counts in for place in range { counts[place] += 1 } } }
    var values: [Int] { counts.withLock { $0 } }
}

@Suite struct ParallelTests {
    @Test(arguments: [0, 1, 2, 7, 64, 1000], [1, 2, 3, 8]) func everyIndexIsVisitedOnce(_ count: Int, _ threads: Int) {
        for grain in [1, 4, 13, 5000] {
            let visits = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
            visits.initialize(repeating: 0)
            defer { visits.deallocate() }
            nonisolated(unsafe) let shared = visits
            Parallel(threads: threads).forEach(count, grain: grain) { range in
                if range.lowerBound % grain != 0 || (range.upperBound % grain != 0 && range.upperBound != count) {
                    Issue.record("range \(range) is not made of whole grains of \(grain)")
                }
                for i in range { shared[i] += 1 }
            }
            #expect(visits.allSatisfy { $0 == 1 })
        }
    }

    @Test func aLoopMayHoldALoop() {
        let tally = Tally(6 * 10)
        Parallel(threads: 2).forEach(6) { outer in
            for row in outer {
                Parallel(threads: 2).forEach(10) { inner in tally.add(row * 10 + inner.lowerBound..<row * 10 + inner.upperBound) }
            }
        }
        #expect(tally.values.allSatisfy { $0 == 1 })
    }
}

@Suite struct ThreadTeamTests {
    /// Jobs that follow each other at once, after the team looked for a while, and after it has gone to sleep, with pieces that do
    /// nothing and pieces that outlast the caller's patience; with more helpers than cores, too.
    @Test(arguments: [1, 3])
    func everyPieceRunsOnceHoweverLongTheTeamWaits(helpers: Int) {
        let team = ThreadTeam(helpers: helpers)
        var generator = SeededGenerator(seed: 41)
        for job in 0..<4000 {
            let pieces = Int.random(in: 1...helpers + 1, using: &generator)
            let tally = Tally(pieces)
            let rest: TimeInterval = job % 50 == 0 ? 0.0005 : 0
            #expect(
                team.run(pieces: pieces) { piece in
                    if piece == pieces - 1, rest > 0 { Thread.sleep(forTimeInterval: rest) }
                    tally.add(piece..<piece + 1)
                })
            if tally.values.contains(where: { $0 != 1 }) { return #expect(tally.values == Array(repeating: 1, count: pieces), "job \(job)") }
            if job % 70 == 0 { Thread.sleep(forTimeInterval: 0.0005) }
        }
    }

    @Test func aTeamTakesOneJobAtATime() {
        let team = ThreadTeam(helpers: 1)
        let answers = Mutex<[Bool]>([])
        #expect(
            team.run(pieces: 2) { _ in
                let isTaken = team.run(pieces: 2) { _ in }
                answers.withLock { $0.append(isTaken) }
            })
        #expect(answers.withLock { $0 } == [false, false])
        #expect(team.run(pieces: 2) { _ in })
    }

    @Test func aTeamRefusesMorePiecesThanItHasThreads() {
        #expect(!ThreadTeam(helpers: 1).run(pieces: 3) { _ in Issue.record("called") })
        #expect(!ThreadTeam(helpers: 0).run(pieces: 2) { _ in Issue.record("called") })
    }
}
