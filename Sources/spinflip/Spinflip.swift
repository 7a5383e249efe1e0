internal import ArgumentParser
internal import BitCore
internal import Foundation
internal import Workflows

@main
struct Spinflip: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spinflip",
        abstract: "Train, pack and ship binary neural networks.",
        discussion: """
            Every command takes --json for exactly one JSON object on standard output. Exit status: 0 done, 1 ran but a stated target was not met, \
            2 bad input, 64 usage, 70 internal fault, 130 stopped with Ctrl-C.
            """,
        version: "spinflip \(Version.current)",
        subcommands: commands)

    static let commands: [any ParsableCommand.Type] = [
        DemoCommand.self, Train.self, Evaluate.self, Predict.self, Summary.self, Energy.self, Export.self, Bench.self, Solve.self, Convert.self,
        DataCommand.self,
        ReportCommand.self, Doctor.self, SweepCommand.self, Reproduce.self, QUBOCommand.self, SweepWorkerCommand.self,
    ]

    static func main() {
        // A reader that has seen enough closes the pipe; that is noticed where standard output is written, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        if let name = ProcessInfo.processInfo.environment["SPINFLIP_ISA"], case .failure(let error) = InstructionSet.requested(name) {
            fail(error.description, status: .badInput)
        }
        if let unknown = unknownCommand(CommandLine.arguments.dropFirst(), among: commands) { fail("\(unknown)", status: .usage) }
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let status as ExitStatus {
            Output.end(status)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            guard code == .success else { fail(message, status: .usage) }
            Output.write(message + "\n")
        }
    }

    /// The first word that should name a command and does not.
    private static func unknownCommand(_ words: ArraySlice<String>, among commands: [any ParsableCommand.Type]) -> UnknownName? {
        guard !commands.isEmpty, let word = words.first, !word.hasPrefix("-") else { return nil }
        func name(_ command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "\(command)".lowercased() }
        if word == "help" { return unknownCommand(words.dropFirst(), among: commands) }
        guard let command = commands.first(where: { name($0) == word }) else {
            return UnknownName("command", word, known: commands.filter { $0.configuration.shouldDisplay }.map(name))
        }
        return unknownCommand(words.dropFirst(), among: command.configuration.subcommands)
    }

    /// Says what is wrong on standard error, and in JSON mode on standard output too, and ends the program.
    static func fail(_ message: String, status: ExitStatus) -> Never {
        Output.note(message.hasPrefix("Error:") ? message : "Error: \(message)")
        if CommandLine.arguments.contains("--json") {
            Output.write(JSON.text(Failure(error: message, exitCode: status.rawValue)) + "\n")
        }
        Output.end(status)
    }

    private struct Failure: Encodable {
        var error: String
        var exitCode: Int32
    }
}

/// What the program's exit status means. Documented in the root command's help.
enum ExitStatus: Int32, Error {
    case done = 0
    case targetNotMet = 1
    case badInput = 2
    case usage = 64
    case internalFault = 70
    case interrupted = 130
}
