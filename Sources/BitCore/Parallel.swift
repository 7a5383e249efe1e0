import Dispatch

/// How many threads work on one job. Passed along, never global; the split depends only on the job, so results do not depend on it.
public struct Parallel: Sendable, Hashable {
    public let threads: Int

    /// - Precondition: at least one thread.
    public init(threads: Int) {
        precondition(threads >= 1, "a job needs at least one thread, not \(threads)")
        self.threads = threads
    }

    public static let serial = Parallel(threads: 1)

    /// Calls `body` with consecutive ranges that cover `0..<count`, at most `threads` of them at a time, each (but the last) a multiple
    /// of `grain`. `body` must write only what belongs to its range.
    public func forEach(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let grains = (count + grain - 1) / grain
        let pieces = Swift.min(threads, grains)
        if pieces == 1 { return body(0..<count) }
        let perPiece = (grains + pieces - 1) / pieces * grain
        let share = { (piece: Int) in
            let start = piece * perPiece
            let end = Swift.min(start + perPiece, count)
            if start < end { body(start..<end) }
        }
        if ThreadTeam.shared.run(pieces: pieces, share) { return }
        withoutActuallyEscaping(share) { share in
            // `concurrentPerform` returns only when every piece is done, so the closure does not outlive the call.
            nonisolated(unsafe) let share = share
            DispatchQueue.concurrentPerform(iterations: pieces) { share($0) }
        }
    }
}
