internal import BitCore
internal import Foundation

/// A sweep's file: a base configuration, lists of values to try, variants by name, seeds. Documentation/sweeps.md describes it with an example.
///
/// Everything in it is checked when it is read: an unknown key, a list that is none, a value of the wrong type is an error that names
/// the file and the key. Whether the runs it asks for can be started is checked by `SweepPlan.check`.
public struct SweepConfiguration: Sendable, Hashable {
    /// Options of a training configuration, some or all of them, by path: `optimizer`, `settings.gamma`. A value of nil takes a setting away.
    typealias Options = [String: Value?]

    /// A value of an option.
    enum Value: Hashable, Sendable {
        case text(String)
        case count(Int)
    }

    /// One option and the values to try.
    struct Axis: Hashable, Sendable {
        var option: String
        var values: [Value?]
    }

    struct Variant: Hashable, Sendable {
        var name: String
        var options: Options
        var grid: [Axis]
        var seeds: [UInt64]?
        /// Where it stands in the file, for messages.
        var key: String
    }

    /// Where it was read from, for messages.
    public var file: String
    /// What reports call the sweep.
    public var name: String
    var base: Options
    var grid: [Axis]
    var variants: [Variant]
    var seeds: [UInt64]?

    /// Keys of the file itself.
    static let keys = ["name", "base", "grid", "variants", "seeds"]
    /// Keys of a training configuration that can be varied; `seed` has a list of its own.
    static let optionKeys = ["model", "dataset", "optimizer", "epochs", "batchSize", "limit", "settings"]
    static let maximumBytes = 1 << 20

    /// Reads a file.
    /// - Throws: `FileError`, or `SweepError` that names the key.
    public init(path: String) throws {
        try self.init(try WholeFile.read(path, limit: Self.maximumBytes), file: path)
    }

    /// Reads a file from memory.
    /// - Parameter file: stands in messages; a relative `base` is looked for beside it.
    public init(_ bytes: [UInt8], file: String) throws {
        let json: JSONValue
        do { json = try JSONValue.parse(bytes) } catch { throw SweepError.key(file: file, key: "", reason: "it is not valid JSON: \(error)") }
        let reader = SweepReader(file: file)
        let members = try reader.object(json, "", known: Self.keys)
        self.file = file
        let fileName = (file as NSString).lastPathComponent
        name = try members["name"].map { try reader.text($0, "name") } ?? (fileName as NSString).deletingPathExtension
        base = try members["base"].map { try Self.base($0, reader) } ?? [:]
        grid = try members["grid"].map { try reader.grid($0, "grid") } ?? []
        seeds = try members["seeds"].map { try reader.seeds($0, "seeds") }
        variants = []
        guard let list = members["variants"] else { return }
        guard let elements = list.array, !elements.isEmpty else {
            throw reader.error("variants", "must be a list of objects, each with a “name” and what it changes")
        }
        for (index, element) in elements.enumerated() {
            let variant = try reader.variant(element, "variants[\(index)]")
            if variants.contains(where: { $0.name == variant.name }) {
                throw reader.error("variants[\(index)].name", "“\(variant.name)” is there twice; give each variant a name of its own")
            }
            variants.append(variant)
        }
    }

    /// The base: options in place, or the name of a configuration file beside this one.
    private static func base(_ value: JSONValue, _ reader: SweepReader) throws -> Options {
        guard let path = value.string else {
            return try reader.options(try reader.object(value, "base", known: optionKeys), "base")
        }
        let folder = (reader.file as NSString).deletingLastPathComponent
        let full = path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
        let configuration = try TrainingConfiguration(path: full)
        var options: Options = [
            "model": .text(configuration.model), "dataset": .text(configuration.dataset), "optimizer": .text(configuration.optimizer),
            "epochs": .count(configuration.epochs), "batchSize": .count(configuration.batchSize),
        ]
        if let limit = configuration.limit { options["limit"] = .count(limit) }
        for (key, value) in configuration.settings { options["settings." + key] = .text(value) }
        return options
    }
}

extension SweepConfiguration.Value: CustomStringConvertible {
    var description: String {
        switch self {
        case .text(let text): text
        case .count(let count): "\(count)"
        }
    }
}
