internal import ArgumentParser
internal import BitCore
internal import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print exactly one JSON object on standard output.")
    var json = false

    @Flag(help: "No progress and no notes on standard error.")
    var quiet = false

    @Option(help: "Seed of everything random.")
    var seed: UInt64 = 0

    @Option(help: "Threads to use (default: all cores).")
    var threads: Int?

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    var parallel: Parallel { Parallel(threads: threadCount) }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be between 1 and 1024, not \(threads)") }
    }
}
