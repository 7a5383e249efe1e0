internal import BinaryNN
internal import BitCore
internal import Foundation

/// A run's state on disk: a safetensors file with the parameters (`parameter/NAME`; reals as F32, bits as U64 words) and what the rules
/// remember (`state/NAME/SLOT`), and the rest as JSON in its metadata. Written atomically. A run that reads it back goes on bit for bit
/// as if it had not stopped.
public enum Checkpoint {
    private static let formatKey = "spinflip.checkpoint"
    private static let runKey = "spinflip.run"

    static func isCheckpoint(_ file: Safetensors) -> Bool { file.metadata[formatKey] == "1" && file.metadata[runKey] != nil }

    /// What the metadata holds besides the arrays.
    private struct Run: Codable {
        var epoch: Int
        var stepInEpoch: Int
        var totals: EpochTotals
        var best: TrainingState.Best?
        var options: TrainingOptions
        var data: String
        /// Rule name by parameter.
        var rules: [String: String]
        /// By parameter, what its rule keeps of it as a whole.
        var numbers: [String: [Double]]
    }

    /// - Parameter data: names the training data, so that a run is not resumed on other data.
    public static func write(_ state: TrainingState, options: TrainingOptions, data: String, to path: String) throws(CheckpointError) {
        var file = Safetensors()
        var rules: [String: String] = [:]
        var numbers: [String: [Double]] = [:]
        for id in state.parameters.ids {
            let spec = state.parameters.spec(id)
            if spec.encoding == .binary {
                file.add("parameter/\(spec.name)", state.parameters.signs(id))
            } else {
                file.add("parameter/\(spec.name)", Tensor(state.parameters.reals(id), shape: spec.shape))
            }
            guard let rule = state.optimizer.rule(for: id) else { continue }
            rules[spec.name] = rule.name
            if !rule.numberNames.isEmpty { numbers[spec.name] = state.optimizer.states[id.index].numbers }
            for (slot, values) in zip(rule.slotNames, state.optimizer.states[id.index].slots) {
                file.add("state/\(spec.name)/\(slot)", Tensor(values, shape: spec.shape))
            }
        }
        let run = Run(
            epoch: state.epoch, stepInEpoch: state.stepInEpoch, totals: state.totals, best: state.best, options: options, data: data, rules: rules,
            numbers: numbers)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do {
            file.metadata = [formatKey: "1", runKey: String(decoding: try encoder.encode(run), as: UTF8.self)]
            try file.write(to: path)
        } catch { throw CheckpointError(path: path, fault: .file("\(error)")) }
    }

    /// The state that `path` holds, for a run of the same network, rules, options and data; only the number of epochs may differ.
    /// - Parameter fresh: the state of such a run before its first step, which says what is expected.
    public static func read(
        _ path: String, into fresh: TrainingState, options: TrainingOptions, data: String
    ) throws(CheckpointError) -> TrainingState {
        let file: Safetensors
        do { file = try Safetensors(contentsOf: path) } catch { throw CheckpointError(path: path, fault: .file("\(error)")) }
        guard file.metadata[formatKey] == "1", let json = file.metadata[runKey],
            let run = try? JSONDecoder().decode(Run.self, from: Data(json.utf8)), run.epoch >= 0, run.stepInEpoch >= 0
        else { throw CheckpointError(path: path, fault: .notACheckpoint) }
        try check(run, options, data, path)

        var state = fresh
        state.epoch = run.epoch
        state.stepInEpoch = run.stepInEpoch
        state.totals = run.totals
        state.best = run.best
        do {
            try fill(&state.parameters, from: file)
            for id in fresh.parameters.ids {
                let spec = fresh.parameters.spec(id)
                guard let rule = fresh.optimizer.rule(for: id) else { continue }
                guard run.rules[spec.name] == rule.name else {
                    throw CheckpointError(
                        path: path, fault: .differs("rule of \(spec.name)", run.rules[spec.name] ?? "none", rule.name))
                }
                var slots = RuleState(slots: 0, count: spec.count)
                for slot in rule.slotNames { slots.slots.append(try file.tensor("state/\(spec.name)/\(slot)", shape: spec.shape).elements) }
                slots.numbers = run.numbers[spec.name] ?? []
                guard slots.numbers.count == rule.numberNames.count else { throw CheckpointError(path: path, fault: .notACheckpoint) }
                state.optimizer.setState(slots, of: id)
            }
        } catch let error as CheckpointError {
            throw error
        } catch { throw CheckpointError(path: path, fault: .file("\(error)")) }
        return state
    }

    private static func check(_ run: Run, _ options: TrainingOptions, _ data: String, _ path: String) throws(CheckpointError) {
        let (was, now) = (run.options, options)
        let pairs: [(String, String, String)] = [
            ("batch size", "\(was.batchSize)", "\(now.batchSize)"), ("seed", "\(was.seed)", "\(now.seed)"),
            ("loss", "\(was.objective)", "\(now.objective)"), ("input encoding", "\(was.encoding)", "\(now.encoding)"),
            ("augmentation", "\(was.augmentation)", "\(now.augmentation)"), ("patience", "\(was.patience)", "\(now.patience)"),
            ("flip interval", "\(was.flipInterval)", "\(now.flipInterval)"), ("gradient clipping", "\(was.clipping)", "\(now.clipping)"),
            ("hyperspherical energy", was.energy.map { "\($0)" } ?? "none", now.energy.map { "\($0)" } ?? "none"),
            ("diagnostics interval", "\(was.diagnosticsInterval)", "\(now.diagnosticsInterval)"),
            ("data", run.data, data),
        ]
        for (what, was, now) in pairs where was != now { throw CheckpointError(path: path, fault: .differs(what, was, now)) }
    }
}

/// Why a checkpoint could not be written or read.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
    public enum Fault: Hashable, Sendable {
        case file(String)
        case notACheckpoint
        case differs(String, String, String)
    }

    public var path: String
    public var fault: Fault

    public init(path: String, fault: Fault) {
        self.path = path
        self.fault = fault
    }

    public var description: String {
        switch fault {
        case .file(let reason): reason.hasPrefix(path) ? reason : "\(path): \(reason)"
        case .notACheckpoint: "\(path): is not a checkpoint of a training run; name the file that a run wrote"
        case .differs(let what, let was, let now):
            "\(path): the checkpoint's \(what) is \(was) but this run's is \(now); resume with the same configuration"
        }
    }
}
