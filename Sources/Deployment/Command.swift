internal import Foundation

/// Runs a program, feeds it a file, collects what it prints, and ends it when it takes too long.
struct Command {
    let program: String
    var arguments: [String] = []
    var folder: URL?
    var input: URL?
    var seconds = 120.0

    struct Outcome {
        /// Exit status, or nil when it was ended for taking too long or died of a signal.
        let status: Int32?
        let output: [UInt8]

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The full path of a program, as the shell would find it.
    static func find(_ name: String) -> String? {
        if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Output goes through a file beside the work, so no pipe can fill up.
    func run(in scratch: URL) throws -> Outcome {
        let output = scratch.appending(path: "output-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder ?? scratch
        let sink = try FileHandle(forWritingTo: output)
        process.standardOutput = sink
        process.standardError = sink
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let inTime = ended.wait(timeout: .now() + seconds) == .success
        if !inTime {
            process.terminate()
            ended.wait()
        }
        try sink.close()
        let status = inTime && process.terminationReason == .exit ? process.terminationStatus : nil
        return Outcome(status: status, output: [UInt8](try Data(contentsOf: output)))
    }
}
