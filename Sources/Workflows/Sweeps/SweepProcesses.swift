internal import Foundation
internal import RunStore

/// Workers as processes of their own. They share nothing but the store; one that crashes takes its run with it and no other.
public struct SweepProcesses: Sendable {
    public var executable: String
    public var count: Int
    /// The arguments of a worker of a sweep.
    public var arguments: @Sendable (Int64) -> [String]

    public init(executable: String, count: Int, arguments: @escaping @Sendable (Int64) -> [String]) {
        (self.executable, self.count, self.arguments) = (executable, count, arguments)
    }

    /// Starts the workers, puts new ones in the place of those that crash, and returns when every run is done or failed, or when the work
    /// was cancelled and all workers have given their runs back.
    ///
    /// Workers read standard input: when it ends, because this process asks them to stop or is no more, they stop cleanly.
    func work(
        _ store: RunStore, _ sweep: Int64, as name: WorkerName, _ control: RunControl, wallTime: @escaping @Sendable () -> Double,
        observe: () throws -> Void
    ) throws {
        let leash = Pipe()
        // A worker that inherited this end would keep the leash of the others from ever ending.
        _ = fcntl(leash.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        var workers: [Process] = []
        var idleEnds = 0
        defer {
            try? leash.fileHandleForWriting.close()
            for worker in workers { worker.waitUntilExit() }
        }
        while !control.isCancelled() {
            let counts = try store.counts(of: sweep)
            try observe()
            if counts.isSettled { return }
            let ended = workers.filter { !$0.isRunning }
            workers.removeAll { !$0.isRunning }
            if !ended.isEmpty {
                let taken = try store.takeBack(sweep, at: wallTime(), isGone: name.knowsIsGone)
                // A worker that ends without having held a run will do so again.
                idleEnds = taken == 0 ? idleEnds + ended.count : 0
                if idleEnds >= 2 * count {
                    throw SweepError.workers(
                        reason: "the worker processes end as soon as they start (status \(ended[0].terminationStatus)); run with --workers 1 to see why")
                }
            } else {
                _ = try store.takeBack(sweep, at: wallTime(), isGone: name.knowsIsGone)
            }
            // No more workers than there is work.
            while workers.count < Swift.min(count, counts.pending + counts.claimed) { workers.append(try start(sweep, leash)) }
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    private func start(_ sweep: Int64, _ leash: Pipe) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments(sweep)
        process.standardInput = leash.fileHandleForReading
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }
}
