internal import ArgumentParser
internal import BitCore
internal import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print exactly one JSON object on standard output.")
    var json = false

    @Flag(help: "No progress and no notes on standard error.")
    var quiet = false

    @Option(name: .customLong("seed"), help: ArgumentHelp("Seed of everything random (default: 0).", valueName: "n"))
    var givenSeed: UInt64?

    @Option(help: ArgumentHelp("Threads to use (default: all cores).", valueName: "n"))
    var threads: Int?

    var seed: UInt64 { givenSeed ?? 0 }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    var parallel: Parallel { Parallel(threads: threadCount) }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be between 1 and 1024, not \(threads)") }
    }
}
