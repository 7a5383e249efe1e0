internal import Dispatch
internal import Foundation
internal import Synchronization
internal import Workflows

/// One command's conversation with the person or program that called it: progress and notes on standard error, the result on standard output.
final class Terminal: Sendable {
    private let json: Bool
    private let quiet: Bool
    private let meter: Mutex<ProgressMeter>
    private let interrupt: Interrupt?

    /// - Parameter interrupt: what Ctrl-C sets; nil leaves Ctrl-C to the system.
    init(json: Bool, quiet: Bool, interrupt: Interrupt?) {
        self.json = json
        self.quiet = quiet
        self.interrupt = interrupt
        let plain = !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty || ProcessInfo.processInfo.environment["TERM"] == "dumb"
        let bar = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        meter = Mutex(ProgressMeter(bar ? .bar(width: Self.columns, color: !plain) : .lines(interval: 5)))
    }

    private var wasInterrupted: Bool { interrupt?.isSet ?? false }

    /// What workflows are given.
    var control: RunControl {
        RunControl(
            seconds: Self.seconds, isCancelled: { self.wasInterrupted },
            onProgress: { progress in
                guard !self.quiet else { return }
                self.meter.withLock { meter in
                    if let text = meter.update(progress, at: Self.seconds()) { Output.raw(text) }
                }
            },
            log: { self.note($0) })
    }

    /// A line for people, on standard error.
    func note(_ line: String) {
        guard !quiet else { return }
        meter.withLock { Output.raw($0.clear() + line + "\n") }
    }

    /// A line that quiet does not silence.
    func warn(_ line: String) {
        meter.withLock { Output.raw($0.clear() + "warning: " + line + "\n") }
    }

    /// The result: one JSON object, or text.
    func finish(_ result: some Encodable, text: () -> String) {
        meter.withLock { Output.raw($0.clear()) }
        Output.write((json ? JSON.text(result) : text()) + "\n")
    }

    /// Wipes a progress bar before an error is printed.
    func clear() { meter.withLock { Output.raw($0.clear()) } }

    /// Runs asynchronous work to its end, and cancels it on Ctrl-C.
    func wait<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) throws -> Result {
        let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        let task = Task {
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        while done.wait(timeout: .now() + 0.1) == .timedOut {
            if wasInterrupted { task.cancel() }
        }
        if wasInterrupted, let result = outcome.withLock({ $0 }), case .failure = result { throw ExitStatus.interrupted }
        guard let result = outcome.withLock({ $0 }) else { throw ExitStatus.internalFault }
        return try result.get()
    }

    private static let seconds: @Sendable () -> Double = { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
