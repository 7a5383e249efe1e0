internal import ArgumentParser
internal import Foundation

/// A subcommand: parses its options, calls one workflow, prints the result. Errors of the library are bad input, with one sentence.
protocol Command: ParsableCommand {
    var common: CommonOptions { get }

    /// True for long work that polls for Ctrl-C and ends with what it has; others simply end.
    static var stopsCleanly: Bool { get }

    /// Does the work and prints the result.
    func perform(_ terminal: Terminal) throws -> ExitStatus
}

extension Command {
    static var stopsCleanly: Bool { false }

    func run() throws {
        let terminal = Terminal(json: common.json, quiet: common.quiet, interrupt: Self.stopsCleanly ? Interrupt() : nil)
        let status: ExitStatus
        do {
            status = try perform(terminal)
        } catch let error as ExitStatus {
            terminal.clear()
            status = error
        } catch {
            terminal.clear()
            Spinflip.fail(Self.sentence(error), status: error is EncodingError ? .internalFault : .badInput)
        }
        if status != .done { throw status }
    }

    /// An error as its author worded it.
    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as any LocalizedError: error.errorDescription ?? String(describing: error)
        case let error as CocoaError: error.localizedDescription
        default: String(describing: error)
        }
    }
}
