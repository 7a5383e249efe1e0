public import BinaryInference
public import BitCore
internal import Foundation

extension Verification {
    /// A C compiler, and what runs its programs.
    public struct Toolchain: Sendable, Hashable, Codable {
        public var compiler: String
        public var flags: [String]
        /// Program and arguments put before the compiled program; empty where this machine runs it itself.
        public var runner: [String]

        public init(compiler: String, flags: [String] = [], runner: [String] = []) {
            self.compiler = compiler
            self.flags = flags
            self.runner = runner
        }

        /// The system's compiler.
        public static let native = Toolchain(compiler: "cc")
        /// 64-bit Arm, emulated.
        public static let aarch64 = Toolchain(compiler: "aarch64-linux-gnu-gcc", flags: ["-static"], runner: ["qemu-aarch64"])
        /// 32-bit Arm, emulated.
        public static let arm = Toolchain(compiler: "arm-linux-gnueabihf-gcc", flags: ["-static"], runner: ["qemu-arm"])

        /// True when compiler and runner are installed.
        public var isInstalled: Bool { ([compiler] + runner.prefix(1)).allSatisfy { Command.find($0) != nil } }
    }

    /// What became of exported C.
    public struct CReport: Sendable, Hashable, Codable {
        /// nil where there is no compiler; false where the code does not compile, run, or agree.
        public let verified: Bool?
        /// Items compared, those of the self-test not counted.
        public let inputs: Int
        /// Items with a class or score that differs.
        public let mismatches: Int
        /// The compiler's or the self-test's words, for a person.
        public let detail: String
    }

    /// Flags under which the code must compile without a word.
    public static let strictFlags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic"]

    /// Compiles exported C, runs its self-test, and compares its classes and scores with the reference on further items.
    public static func verifyC(
        _ exported: ExportedC, _ model: InferenceModel, inputs: [UInt8] = [], count: Int = 0, toolchain: Toolchain = .native,
        parallel: Parallel = .serial
    ) -> CReport {
        guard let compiler = Command.find(toolchain.compiler), toolchain.isInstalled else {
            return CReport(verified: nil, inputs: 0, mismatches: 0, detail: "\(toolchain.compiler) is not installed, so the code was not run")
        }
        let scratch = FileManager.default.temporaryDirectory.appending(path: "spinflip-verify-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        func failed(_ detail: String) -> CReport { CReport(verified: false, inputs: 0, mismatches: 0, detail: detail) }
        do {
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
            // The compiler works in the scratch folder, so paths relative to ours would lead nowhere.
            func full(_ path: String) -> String { URL(filePath: path).absoluteURL.path }
            func build(_ arguments: [String], _ output: String) throws -> Command.Outcome {
                let include = URL(filePath: exported.header).absoluteURL.deletingLastPathComponent().path
                let arguments = strictFlags + toolchain.flags + ["-I", include] + arguments + ["-o", scratch.appending(path: output).path, "-lm"]
                return try Command(program: compiler, arguments: arguments).run(in: scratch)
            }
            func run(_ program: String, input: URL?) throws -> Command.Outcome {
                let line = try toolchain.runner.enumerated().map { try $0.offset == 0 ? path($0.element) : $0.element }
                let words = line + [scratch.appending(path: program).path]
                return try Command(program: words[0], arguments: Array(words.dropFirst()), input: input).run(in: scratch)
            }
            // The tables are compiled once, for both programs.
            var outcome = try build(["-c", full(exported.source)], "network.o")
            if outcome.status == 0 { outcome = try build([full(exported.test), "network.o"], "selftest") }
            guard outcome.status == 0 else { return failed("the exported C does not compile: \(outcome.text.prefix(2000))") }
            outcome = try run("selftest", input: nil)
            guard outcome.status == 0 else { return failed("the self-test failed: \(outcome.text.prefix(2000))") }
            let summary = outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard count > 0 else { return CReport(verified: true, inputs: 0, mismatches: 0, detail: summary) }

            let driver = scratch.appending(path: "driver.c")
            try Data(CExporter(model, name: exported.prefix).driver().bytes).write(to: driver)
            let items = scratch.appending(path: "items")
            try Data(inputs).write(to: items)
            outcome = try build([driver.path, "network.o"], "driver")
            guard outcome.status == 0 else { return failed("the exported C does not compile: \(outcome.text.prefix(2000))") }
            outcome = try run("driver", input: items)
            guard outcome.status == 0 else { return failed("the exported C stopped: \(outcome.text.prefix(2000))") }
            // Integer scores are printed as they are, real ones in hexadecimal.
            let unit = Double(sign: .plus, exponent: -model.scoreExponent, significand: 1)
            let expected = reference(model, inputs: inputs, count: count, parallel: parallel).map { $0 * unit }
            let mismatches = differingLines(outcome.output, expected, classes: model.classes)
            return CReport(verified: mismatches == 0, inputs: count, mismatches: mismatches, detail: summary)
        } catch {
            return failed("the exported C could not be tried: \(error.localizedDescription)")
        }
    }

    private static func path(_ name: String) throws -> String {
        guard let path = Command.find(name) else { throw CocoaError(.fileNoSuchFile) }
        return path
    }

    /// Items whose line (class, then scores) differs from what the scores say.
    private static func differingLines(_ output: [UInt8], _ scores: [Double], classes: Int) -> Int {
        let best = InferenceModel.highest(scores, classes: classes)
        let lines = output.split(separator: UInt8(ascii: "\n"))
        let wrong = best.indices.count { item in
            guard item < lines.count else { return true }
            let numbers = String(decoding: lines[item], as: UTF8.self).split(separator: " ").map { Double($0)?.bitPattern }
            return numbers != [Double(best[item]).bitPattern] + scores[item * classes..<(item + 1) * classes].map(\.bitPattern)
        }
        return wrong + Swift.max(lines.count - best.count, 0)
    }
}
