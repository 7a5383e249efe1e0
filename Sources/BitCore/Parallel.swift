import Dispatch
internal import Synchronization

/// How many threads work on one job. Passed along, never global; the split depends only on the job, so results do not depend on it.
public struct Parallel: Sendable, Hashable {
    public let threads: Int

    /// - Precondition: at least one thread.
    public init(threads: Int) {
        precondition(threads >= 1, "a job needs at least one thread, not \(threads)")
        self.threads = threads
    }

    public static let serial = Parallel(threads: 1)

    /// Pieces that a thread gets where there are enough: one that is held up leaves its later ones to the others.
    private static let piecesPerThread = 4

    /// Calls `body` with consecutive ranges that cover `0..<count`, at most `threads` of them at a time, each (but the last) a multiple
    /// of `grain`. `body` must write only what belongs to its range.
    public func forEach(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let grains = (count + grain - 1) / grain
        if threads == 1 || grains == 1 { return body(0..<count) }
        let most = Swift.min(threads * Self.piecesPerThread, grains)
        let perPiece = (grains + most - 1) / most * grain
        let pieces = (count + perPiece - 1) / perPiece
        let dealt = Atomic(0)
        let deal = { (_: Int) in
            while true {
                let piece = dealt.add(1, ordering: .relaxed).oldValue
                if piece >= pieces { return }
                body(piece * perPiece..<Swift.min((piece + 1) * perPiece, count))
            }
        }
        let hands = Swift.min(threads, pieces)
        if ThreadTeam.shared.run(pieces: hands, deal) { return }
        withoutActuallyEscaping(deal) { deal in
            // `concurrentPerform` returns only when every call is done, so the closure does not outlive this one.
            nonisolated(unsafe) let deal = deal
            DispatchQueue.concurrentPerform(iterations: hands) { deal($0) }
        }
    }
}
