internal import BitCore
internal import DenseMath
internal import Foundation
internal import Report

/// What the machine and this build offer, and what is odd about it: what `spinflip doctor` prints.
public struct MachineReport: Codable, Sendable {
    public struct Engine: Codable, Sendable, Hashable {
        public var name: String
        public var details: String
    }

    public var version: String
    public var system: String
    public var processor: String
    public var cores: Int
    /// Threads that a command would use.
    public var threads: Int
    public var memoryBytes: Int
    /// The instruction set in use.
    public var isa: String
    public var isaBest: String
    public var isaSupported: [String]
    /// The engine that commands use unless told otherwise.
    public var engine: String
    public var engines: [Engine]
    /// The model that was looked at.
    public var model: String?
    /// Of a training run that was looked at.
    public var geometry: GeometryCheckup?
    public var warnings: [String]

    /// This machine, seen by a command that uses `threads` threads.
    public static func current(threads: Int) -> MachineReport {
        let process = ProcessInfo.processInfo
        var report = MachineReport(
            version: Version.current, system: process.operatingSystemVersionString, processor: processorName(), cores: process.activeProcessorCount,
            threads: threads, memoryBytes: Int(clamping: process.physicalMemory), isa: InstructionSet.active.rawValue,
            isaBest: InstructionSet.best.rawValue, isaSupported: InstructionSet.supported.map(\.rawValue), engine: Engines.best.name,
            engines: Engines.names.compactMap { name in
                (try? Engines.named(name)).map { Engine(name: $0.name, details: $0.details) }
            },
            warnings: [])
        report.warnings = report.oddities
        return report
    }

    /// Adds what is odd about a model, of items or of a graph.
    /// - Throws: `FileError` or `ModelFileError`, which name the file and the fault.
    public mutating func examine(_ path: String) throws {
        model = path
        warnings += try LoadedGraphModel(path: path).map { ModelCheckup.findings(in: $0) } ?? ModelCheckup.findings(in: LoadedModel(path: path))
    }

    /// Adds what is odd about the latent weights of a training run.
    public mutating func examine(_ checkup: GeometryCheckup) {
        model = model ?? checkup.run
        geometry = checkup
        warnings += checkup.findings
    }

    /// What someone who measures or trains here should know.
    private var oddities: [String] {
        var found: [String] = []
        if isa != isaBest { found.append("SPINFLIP_ISA holds the kernels to \(isa) although this machine has \(isaBest)") }
        if isa == "reference" { found.append("only the reference kernels run here; they are many times slower than vector ones") }
        if !engines.contains(where: { $0.name == "onednn" }) {
            found.append("this build has no oneDNN; training uses the portable engine, which is slower")
        }
        if threads > cores { found.append("\(threads) threads on \(cores) cores: threads beyond the cores slow each other down") }
        if memoryBytes < 1 << 30 { found.append("less than 1 GiB of memory; large data sets may not fit") }
        #if DEBUG
        found.append("this is a debug build, many times slower than a release build (swift build -c release)")
        #endif
        return found
    }

    /// For people.
    public var text: String {
        let rows = [
            ("spinflip", version), ("system", system), ("processor", "\(processor), \(cores) cores"), ("threads", "\(threads)"),
            ("memory", NumberText.bytes(memoryBytes)), ("kernels", "\(isa) (this machine runs \(isaSupported.joined(separator: ", ")))"),
        ]
        var lines = rows.map { $0.0.padding(toLength: 11, withPad: " ", startingAt: 0) + $0.1 }
        for item in engines {
            let mark = item.name == engine ? "engine" : "   or"
            lines.append(mark.padding(toLength: 11, withPad: " ", startingAt: 0) + "\(item.name): \(item.details)")
        }
        if let model { lines.append("model".padding(toLength: 11, withPad: " ", startingAt: 0) + model) }
        if let geometry { lines.append(geometry.text) }
        lines += warnings.map { "warning    " + $0 }
        if warnings.isEmpty { lines.append("nothing odd found") }
        return lines.joined(separator: "\n")
    }

    private static func processorName() -> String {
        #if os(Linux)
        if let file = FileManager.default.contents(atPath: "/proc/cpuinfo") {
            for line in String(decoding: file.prefix(4096), as: UTF8.self).split(separator: "\n") where line.hasPrefix("model name") {
                if let name = line.split(separator: ":", maxSplits: 1).last { return name.trimmingCharacters(in: .whitespaces) }
            }
        }
        #endif
        #if arch(x86_64)
        return "x86-64"
        #elseif arch(arm64)
        return "arm64"
        #else
        return "unknown"
        #endif
    }
}
