import Foundation
import Synchronization

/// The command line tool, run as a process: what a person or a script sees.
struct Tool {
    struct Outcome {
        var status: Int32
        /// True when a signal ended it.
        var crashed: Bool
        var output: String
        var errors: String

        /// The one object that JSON mode prints; nil when the output is anything else.
        var json: [String: Any]? {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
        }
    }

    /// The product lies beside the test bundle.
    static let path: URL = {
        #if os(macOS)
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL ?? URL(filePath: CommandLine.arguments[0])
        return bundle.deletingLastPathComponent().appending(path: "spinflip")
        #else
        let running = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return running.deletingLastPathComponent().appending(path: "spinflip")
        #endif
    }()

    /// Runs it to its end. Standard error is read beside standard output, so that neither blocks the other.
    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
        try run(arguments, environment: environment)
    }

    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = Process()
        process.executableURL = path
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "SPINFLIP_ISA" }.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        let errorText = Mutex("")
        let done = DispatchGroup()
        try process.run()
        let handle = errors.fileHandleForReading
        DispatchQueue.global().async(group: done) {
            let text = String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
            errorText.withLock { $0 = text }
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        done.wait()
        return Outcome(
            status: process.terminationStatus, crashed: process.terminationReason == .uncaughtSignal, output: text,
            errors: errorText.withLock { $0 })
    }
}
