internal import BitCore
internal import Synchronization

/// Deals numbered reads to threads. A read depends on its number alone, so results do not depend on who makes it.
package enum Reads {
    /// Makes reads 0, 1, … until `count` are made or the monitor says stop, and returns their assignments in the order of the reads.
    /// - Parameters:
    ///   - count: nil for as many as the limits allow; then the control must have one.
    ///   - body: gets the number of the read; called from several threads. Returns what it found, also when it was stopped midway.
    package static func run(_ count: Int?, monitor: SearchMonitor, _ body: @Sendable (Int) -> [PackedSpins]) -> [PackedSpins] {
        let next = Atomic<Int>(0)
        let found = Mutex<[(read: Int, assignments: [PackedSpins])]>([])
        let threads = Swift.min(monitor.control.threads, count ?? .max)
        guard threads > 0 else { return [] }
        Parallel(threads: threads).forEach(threads) { _ in
            while !monitor.isStopped {
                let read = next.add(1, ordering: .relaxed).oldValue
                if let count, read >= count { return }
                let assignments = body(read)
                found.withLock { $0.append((read, assignments)) }
            }
        }
        return found.withLock { $0 }.sorted { $0.read < $1.read }.flatMap(\.assignments)
    }
}
