internal import Dispatch
internal import Synchronization

/// Keeps a claim alive from the side while its run trains: a step of a large network may take longer than a lease.
final class Heartbeat: Sendable {
    private struct State {
        var progress = 0.0
        var isLost = false
        var isOver = false
    }

    private let state = Mutex(State())
    // Set once, then only cancelled.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    /// - Parameter renew: is given the progress; false when the claim is no longer ours.
    init(every seconds: Double, renew: @escaping @Sendable (Double) -> Bool) {
        timer = DispatchSource.makeTimerSource(queue: .global(qos: .userInitiated))
        timer.schedule(deadline: .now() + seconds, repeating: seconds)
        timer.setEventHandler { [weak self] in
            guard let self else { return }
            let progress = state.withLock { $0.isOver ? nil : $0.progress }
            guard let progress, !renew(progress) else { return }
            state.withLock { if !$0.isOver { $0.isLost = true } }
        }
        timer.activate()
    }

    /// Share of the run that is done, for the next beat.
    var progress: Double {
        get { state.withLock { $0.progress } }
        set { state.withLock { $0.progress = newValue } }
    }

    /// Another worker has the run now.
    var isLost: Bool { state.withLock { $0.isLost } }

    /// No further beats.
    func end() {
        state.withLock { $0.isOver = true }
        timer.cancel()
    }

    deinit { timer.cancel() }
}
