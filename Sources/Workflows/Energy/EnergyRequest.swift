internal import BinaryNN
internal import BitCore
internal import Foundation
internal import ModelZoo
public import Profiling

/// What `spinflip energy` is asked: a model and those beside it, by one table and one hierarchy.
public struct EnergyRequest: Sendable {
    /// A model file, or the name of an architecture.
    public var model: String
    public var compared: [String] = []
    /// `horowitz45`, `qkeras`, or a file.
    public var table = "horowitz45"
    /// `accelerator`, `edge`, `cpu`, or a file.
    public var memory = "accelerator"
    public var withSensitivity = false
    /// Of architectures: inputs are signs instead of bytes.
    public var binarisedInput = false
    /// Where the machine's energy counters are looked for; nil: nothing is measured.
    public var counters: String? = EnergyCounter.systemRoot
    /// Seconds of inference that are measured, and of rest before.
    public var measuredSeconds = 1.0

    public init(model: String) { self.model = model }

    /// - Throws: `EnergyDataError`, `UnknownName`, `ModelFileError`, `ModelNameError`, `FileError`.
    public func report(_ control: RunControl, rest: (Double) -> Void) throws -> EnergyReport {
        let (table, memory) = (try EnergyTable(named: table), try MemoryHierarchy(named: memory))
        let (work, loaded) = try workload(model)
        var report = EnergyReport(try EnergyEstimate(work, table, memory))
        for name in compared {
            let other = try EnergyEstimate(try workload(name).work, table, memory)
            guard report.estimate.totalMicrojoules > 0 else {
                throw ConfigurationError(reason: "\(model) takes no energy by this table; there is no ratio to it")
            }
            report.comparisons.append(
                .init(other, over: report.estimate, withSensitivity ? EnergySensitivity(report.estimate, other) : nil))
        }
        report.showsSensitivity = withSensitivity
        guard let counters else { return report }
        do {
            let counter = try EnergyCounter(root: counters)
            if let loaded {
                report.measured = try loaded.measuredEnergy(counter, seconds: measuredSeconds, control, rest: rest)
            } else {
                report.measuredNote = "not measured: only the file of a trained model can be run"
            }
        } catch {
            report.measuredNote = "not measured: \(error)"
        }
        return report
    }

    private func workload(_ text: String) throws -> (work: Workload, loaded: LoadedModel?) {
        if text.contains("/") || text.hasSuffix(".safetensors") || FileManager.default.fileExists(atPath: text) {
            let loaded = try LoadedModel(path: text)
            return (Workload(loaded.model), loaded)
        }
        return (try Workload(named: text, binarisedInput: binarisedInput), nil)
    }
}

extension Workload {
    /// A named architecture as it would ship.
    /// - Throws: `ModelNameError`, or `ShapeError` when its layers do not fit.
    public init(named name: String, binarisedInput: Bool = false) throws {
        let model = try ModelName(name)
        let (items, classes) = model.standard
        let network = try model.network(
            items: items, classes: classes, input: binarisedInput || model.isGraph ? .sign : .byte(zeroPoint: 128, shift: 7), ModelOptions(kernel: .binary))
        self.init(network, model: name)
    }
}

extension EnergyTable {
    /// One that comes along, or a file.
    /// - Throws: `UnknownName`, `FileError`, `EnergyDataError`.
    public init(named name: String) throws {
        if let found = Self.builtIn.first(where: { $0.name == name }) {
            self = found
        } else if name.hasSuffix(".toml") || name.contains("/") {
            try self.init(parsing: WholeFile.read(name, limit: 1 << 20), source: name)
        } else {
            throw UnknownName("table", name, known: Self.builtIn.map(\.name) + ["FILE.toml"])
        }
    }
}

extension MemoryHierarchy {
    /// One that comes along, or a file.
    /// - Throws: `UnknownName`, `FileError`, `EnergyDataError`.
    public init(named name: String) throws {
        if let found = Self.builtIn.first(where: { $0.name == name }) {
            self = found
        } else if name.hasSuffix(".toml") || name.contains("/") {
            try self.init(parsing: WholeFile.read(name, limit: 1 << 20), source: name)
        } else {
            throw UnknownName("memory", name, known: Self.builtIn.map(\.name) + ["FILE.toml"])
        }
    }
}
