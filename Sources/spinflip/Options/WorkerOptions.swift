internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import Workflows

/// How the runs of a sweep are worked on.
struct WorkerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Worker processes; they share the threads.", valueName: "n"))
    var workers = 1

    @Flag(help: "Go on with what the folder holds, or join the process that works there.")
    var resume = false

    func validate() throws {
        if !(1...256).contains(workers) { throw ValidationError("--workers must be between 1 and 256, not \(workers)") }
    }

    /// Runs a sweep in this process, or in workers that are processes of this program.
    func run(_ sweep: Sweep, _ common: CommonOptions, _ engine: EngineOptions, _ terminal: Terminal) throws -> SweepReport {
        let now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
        var how = Sweep.Workers.here
        if workers > 1 {
            guard let executable = Bundle.main.executablePath else { throw ExitStatus.internalFault }
            var arguments = ["sweep-worker", "--out", sweep.folder, "--threads", "\(max(1, common.threadCount / workers))", "--quiet"]
            arguments += ["--data-dir", sweep.catalog.folder]
            if let name = engine.engine { arguments += ["--engine", name] }
            how = .processes(SweepProcesses(executable: executable, count: workers) { [arguments] in arguments + ["--sweep", "\($0)"] })
        }
        return try sweep.run(resume: resume, workers: how, as: .current(at: now()), terminal.control, wallTime: now)
    }
}
