internal import CKernels
internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Threads that wait for the next job with their eyes open: a job begins within a microsecond or two of its call, where waking a thread
/// takes tens. `Parallel` runs on it; Documentation/Design/threads.md has the protocol and the measurements.
package final class ThreadTeam: Sendable {
    static let shared = ThreadTeam(helpers: sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)

    /// Number of the job (upper half), its pieces, and the next piece nobody has: one word, so that a helper that comes late takes
    /// either a piece of the job that runs or none.
    private let ticket = Atomic<UInt64>(0)
    private let finished = Atomic<Int>(0)
    private let isTaken = Atomic<Bool>(false)
    private let callerSleeps = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    private let wakeHelper = DispatchSemaphore(value: 0)
    private let wakeCaller = DispatchSemaphore(value: 0)
    /// Written before a job is announced, read only by who holds one of its pieces.
    private nonisolated(unsafe) var job: (Int) -> Void = { _ in }

    let helpers: Int

    /// Starts `helpers` threads, which live as long as the process.
    package init(helpers: Int) {
        self.helpers = max(helpers, 0)
        // A serial queue gets a thread of its own, beside those that `concurrentPerform` shares.
        for _ in 0..<self.helpers { DispatchQueue(label: "spinflip.helper").async { [self] in help() } }
    }

    /// Calls `body` with every piece of `0..<pieces`, at the same time on the caller's thread and on helpers, and returns when all calls
    /// have. A team has one job at a time: within a job, beside one of another thread, or with more pieces than threads, nothing is
    /// called and the answer is false.
    package func run(pieces: Int, _ body: (Int) -> Void) -> Bool {
        guard pieces <= helpers + 1, pieces <= Self.mostPieces else { return false }
        guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else { return false }
        withoutActuallyEscaping(body) { body in
            job = body
            finished.store(0, ordering: .relaxed)
            let number = (ticket.load(ordering: .relaxed) >> 32) &+ 1
            ticket.store(number << 32 | UInt64(pieces) << 16, ordering: .sequentiallyConsistent)
            wake(pieces - 1)
            while takePiece() {}
            waitForAll(pieces)
            job = { _ in }
        }
        isTaken.store(false, ordering: .releasing)
        return true
    }

    private static let mostPieces = 0xFFFF

    /// How long who waits keeps looking before it sleeps. Longer than the serial parts between the loops of a training step; short
    /// beside what a sleeping thread costs others.
    private static let patience: UInt64 = 100_000

    private func wake(_ count: Int) {
        var count = count
        while count > 0 {
            let sleeping = sleepers.load(ordering: .sequentiallyConsistent)
            if sleeping == 0 { return }
            if sleepers.compareExchange(expected: sleeping, desired: sleeping - 1, ordering: .sequentiallyConsistent).exchanged {
                wakeHelper.signal()
                count -= 1
            }
        }
    }

    private func waitForAll(_ pieces: Int) {
        while !look({ finished.load(ordering: .acquiring) == pieces }) {
            callerSleeps.store(true, ordering: .sequentiallyConsistent)
            // Whoever takes the flag down signals, except this thread.
            let isDone = finished.load(ordering: .sequentiallyConsistent) == pieces
            if isDone, callerSleeps.exchange(false, ordering: .sequentiallyConsistent) { return }
            // The signal may come from the last helper of the job before, which found the flag up: look again.
            wakeCaller.wait()
        }
    }

    private func help() {
        while true {
            if look({ hasPiece(ticket.load(ordering: .relaxed)) }) {
                while takePiece() {}
                continue
            }
            sleepers.add(1, ordering: .sequentiallyConsistent)
            // A job announced between the last look and the line above has woken nobody.
            if hasPiece(ticket.load(ordering: .sequentiallyConsistent)), leaveSleepers() { continue }
            wakeHelper.wait()
        }
    }

    /// False where a caller has already taken this thread off the sleepers, and signals.
    private func leaveSleepers() -> Bool {
        while true {
            let sleeping = sleepers.load(ordering: .sequentiallyConsistent)
            if sleeping == 0 { return false }
            if sleepers.compareExchange(expected: sleeping, desired: sleeping - 1, ordering: .sequentiallyConsistent).exchanged { return true }
        }
    }

    private func hasPiece(_ ticket: UInt64) -> Bool { ticket & 0xFFFF < ticket >> 16 & 0xFFFF }

    /// Runs one piece of the present job, if one is left.
    private func takePiece() -> Bool {
        var seen = ticket.load(ordering: .acquiring)
        while hasPiece(seen) {
            let (taken, original) = ticket.compareExchange(expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
            if taken {
                call(Int(seen & 0xFFFF))
                let pieces = Int(seen >> 16 & 0xFFFF)
                let count = finished.add(1, ordering: .sequentiallyConsistent).newValue
                if count == pieces, callerSleeps.exchange(false, ordering: .sequentiallyConsistent) { wakeCaller.signal() }
                return true
            }
            seen = original
        }
        return false
    }

    /// A function of its own: the job's closure must be let go before the piece counts as finished.
    @inline(never)
    private func call(_ piece: Int) { job(piece) }

    /// Waits for a condition; false if it does not come in `patience`.
    private func look(_ condition: () -> Bool) -> Bool {
        var start: UInt64?
        while true {
            for _ in 0..<16 {
                if condition() { return true }
                sf_relax()
            }
            let now = DispatchTime.now().uptimeNanoseconds
            if now - (start ?? now) > Self.patience { return false }
            start = start ?? now
        }
    }
}
