internal import BinaryTraining
internal import Datasets
internal import Foundation
internal import RunStore

/// The runs that a sweep asks for, each a full training configuration, in the order in which they are started.
public struct SweepPlan: Sendable, Hashable {
    /// Runs that differ in nothing but the seed.
    public struct Group: Sendable, Hashable {
        /// `bop gamma=1e-3`; the sweep's name where nothing is varied.
        public var label: String
        /// The variant's name, where there are variants.
        public var variant: String?
        /// What is varied and its value here, in the order of the columns; nil where the group has no such option.
        public var values: [String?]
        /// The configuration with the first seed.
        public var configuration: TrainingConfiguration
        public var seeds: [UInt64]
    }

    public struct Run: Sendable, Hashable {
        public var configuration: TrainingConfiguration
        /// Index of the group.
        public var group: Int
        /// `bop gamma=1e-3, seed 0`.
        public var label: String
        /// Hash of the configuration; runs of one key are one run.
        public var key: String
    }

    public var name: String
    /// Where the plan comes from, for messages.
    public var file: String
    /// Options that are varied by grids: `gamma`, `epochs`.
    public var columns: [String]
    public var groups: [Group]
    public var runs: [Run]

    public static let maximumRuns = 100_000

    /// All combinations, variant by variant; the last option of a grid changes fastest, and all seeds of a group before the next group.
    /// - Parameter firstSeed: is added to every seed of the file.
    /// - Throws: `SweepError`.
    public init(_ sweep: SweepConfiguration, firstSeed: UInt64 = 0) throws {
        name = sweep.name
        file = sweep.file
        let variants =
            sweep.variants.isEmpty ? [SweepConfiguration.Variant(name: "", options: [:], grid: [], seeds: nil, key: "")] : sweep.variants
        var axisNames: [String] = []
        var pending: [(variant: SweepConfiguration.Variant, point: [(String, SweepConfiguration.Value?)])] = []
        for variant in variants {
            // What a variant fixes or lists itself takes the place of the common list.
            let own = Set(variant.grid.map(\.option)).union(variant.options.keys)
            let axes = sweep.grid.filter { !own.contains($0.option) } + variant.grid
            for axis in axes where !axisNames.contains(axis.option) { axisNames.append(axis.option) }
            var points: [[(String, SweepConfiguration.Value?)]] = [[]]
            for axis in axes {
                guard points.count * axis.values.count <= Self.maximumRuns else {
                    throw SweepError.key(file: sweep.file, key: "grid", reason: "it asks for more than \(Self.maximumRuns) runs; shorten its lists")
                }
                points = points.flatMap { point in axis.values.map { point + [(axis.option, $0)] } }
            }
            pending += points.map { (variant, $0) }
        }
        columns = axisNames.map { $0.hasPrefix("settings.") ? String($0.dropFirst(9)) : $0 }
        (groups, runs) = ([], [])
        for (variant, point) in pending {
            var options = sweep.base.merging(variant.options) { $1 }
            for (option, value) in point { options[option] = .some(value) }
            let seeds = (variant.seeds ?? sweep.seeds ?? [0]).map { $0 &+ firstSeed }
            let parts = point.map { option, value in "\(option.hasPrefix("settings.") ? String(option.dropFirst(9)) : option)=\(value?.description ?? "none")" }
            let label = ((variant.name.isEmpty ? [] : [variant.name]) + parts).joined(separator: " ")
            try add(
                Group(
                    label: label.isEmpty ? sweep.name : label, variant: variant.name.isEmpty ? nil : variant.name,
                    values: axisNames.map { name in point.first { $0.0 == name }.map { $0.1?.description ?? "none" } },
                    configuration: try Self.configuration(options, seed: seeds[0], sweep.file, variant.key), seeds: seeds))
        }
    }

    /// A plan made by a program.
    public init(name: String, groups: [Group]) throws {
        (self.name, file, columns) = (name, name, [])
        (self.groups, runs) = ([], [])
        for group in groups { try add(group) }
    }

    private mutating func add(_ group: Group) throws {
        guard runs.count + group.seeds.count <= Self.maximumRuns else {
            throw SweepError.key(file: file, key: "seeds", reason: "it asks for more than \(Self.maximumRuns) runs")
        }
        for seed in group.seeds {
            var configuration = group.configuration
            configuration.seed = seed
            runs.append(Run(configuration: configuration, group: groups.count, label: "\(group.label), seed \(seed)", key: configuration.key))
        }
        groups.append(group)
    }

    private static func configuration(
        _ options: SweepConfiguration.Options, seed: UInt64, _ file: String, _ key: String
    ) throws -> TrainingConfiguration {
        func text(_ name: String) throws -> String {
            guard case .text(let text)?? = options[name] else {
                throw SweepError.key(
                    file: file, key: key.isEmpty ? "base" : key, reason: "no \(name) is named; give “\(name)” in base, in a grid or in every variant")
            }
            return text
        }
        func count(_ name: String) -> Int? { if case .count(let count)?? = options[name] { count } else { nil } }
        var result = TrainingConfiguration(model: try text("model"), dataset: try text("dataset"), seed: seed, limit: count("limit"))
        if case .text(let optimizer)?? = options["optimizer"] { result.optimizer = optimizer }
        result.epochs = count("epochs") ?? result.epochs
        result.batchSize = count("batchSize") ?? result.batchSize
        for (name, value) in options where name.hasPrefix("settings.") {
            if case .text(let text)? = value { result.settings[String(name.dropFirst(9))] = text }
        }
        return result
    }

    // MARK: What the store keeps

    /// Names the plan by its content.
    var key: String { SHA256.hexadecimal(Array(runs.map { $0.key + $0.label }.joined(separator: "\n").utf8)) }

    var entries: [RunStore.Entry] {
        runs.map { run in
            RunStore.Entry(key: run.key, folder: run.folder, configuration: run.configuration.text, label: run.label)
        }
    }
}

extension SweepPlan.Run {
    /// A readable name that no other run has.
    var folder: String {
        var name = ""
        for character in label.lowercased() {
            let kept = character.isASCII && (character.isLetter || character.isNumber || character == "." || character == "-")
            if kept { name.append(character) } else if name.last != "-" { name.append("-") }
        }
        let trimmed = name.prefix(60).drop { $0 == "-" || $0 == "." }
        return "\(trimmed)-\(key.prefix(10))"
    }
}

extension TrainingConfiguration {
    /// As `config.json` holds it, on one line with sorted keys.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers: encoding them does not fail.
        guard let data = try? encoder.encode(self) else { preconditionFailure("a configuration cannot be encoded: \(self)") }
        return String(decoding: data, as: UTF8.self)
    }

    /// A hash of everything that determines the run. Numbers and schedules count by their value: `1e-3` and `0.001` are the same run.
    public var key: String {
        var canonical = self
        canonical.settings = settings.mapValues { text in Schedule(text).map { "\($0)" } ?? text }
        return SHA256.hexadecimal(Array(canonical.text.utf8))
    }
}
