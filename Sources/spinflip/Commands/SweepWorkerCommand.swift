internal import ArgumentParser
internal import Foundation
internal import Synchronization
internal import Workflows

/// A worker of a sweep: what `sweep --workers` starts. It stops when standard input ends, so it never outlives the process that started it.
struct SweepWorkerCommand: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        commandName: "sweep-worker", abstract: "Work on a sweep that another process started.", shouldDisplay: false)

    @Option(help: ArgumentHelp("Folder of the sweep.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Its number in the store.", valueName: "n"))
    var sweep: Int64

    @OptionGroup var engine: EngineOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let leash = Leash()
        var control = terminal.control
        let stopped = control.isCancelled
        control.isCancelled = { stopped() || leash.hasEnded }
        let now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
        let worker = try SweepWorker(
            folder: out, sweep: sweep, name: .current(at: now()), catalog: data.catalog, engine: engine.resolve(), threads: common.threadCount)
        try worker.work(control, wallTime: now)
        return control.isCancelled() ? .interrupted : .done
    }

    /// Standard input as something to hold on to: nothing is ever written to it, it only ends.
    private final class Leash: Sendable {
        private let ended = Atomic<Bool>(false)

        var hasEnded: Bool { ended.load(ordering: .relaxed) }

        init() {
            Thread.detachNewThread { [self] in
                var byte: UInt8 = 0
                while true {
                    let count = read(STDIN_FILENO, &byte, 1)
                    if count == 0 || (count < 0 && errno != EINTR) { break }
                }
                ended.store(true, ordering: .relaxed)
            }
        }
    }
}
