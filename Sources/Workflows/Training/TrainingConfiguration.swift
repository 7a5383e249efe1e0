public import BitCore
public import Datasets
internal import Foundation

/// What `spinflip train` is asked to do: everything that determines the result but engine and thread count. Kept as `config.json` in the
/// run's folder, and read from `--config`.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
    public var model: String
    public var dataset: String
    public var optimizer: String
    public var epochs: Int
    /// 0 is the full batch.
    public var batchSize: Int
    public var seed: UInt64
    /// Training items used, from the start of the training part; all when nil. The test part is always whole.
    public var limit: Int?
    /// Further options by name; `spinflip train --help` lists them.
    public var settings: [String: String]

    public init(
        model: String, dataset: String, optimizer: String = "adam", epochs: Int = 10, batchSize: Int = 128, seed: UInt64 = 0,
        limit: Int? = nil, settings: [String: String] = [:]
    ) {
        self.model = model
        self.dataset = dataset
        self.optimizer = optimizer
        self.epochs = epochs
        self.batchSize = batchSize
        self.seed = seed
        self.limit = limit
        self.settings = settings
    }

    /// What the name of the data set leaves open.
    /// - Throws: `SettingsError` for a size that is none.
    public func datasetOptions(parallel: Parallel = .serial) throws(SettingsError) -> DatasetOptions {
        var settings = Settings(settings)
        var options = DatasetOptions(seed: seed, imageSize: try Self.imageSize(&settings, dataset), allowsStreaming: true)
        options.damagedImages = try Self.damagedImages(&settings, dataset)
        options.parallel = parallel
        return options
    }

    /// Read for folders of images.
    static func damagedImages(_ settings: inout Settings, _ dataset: String) throws(SettingsError) -> DamagedImages {
        guard dataset.hasPrefix("folder:") else { return .fail }
        return try settings.choice("damaged-images", default: .fail, among: DamagedImages.allCases.map(\.rawValue), DamagedImages.init(rawValue:))
    }

    /// Read for data sets that have a size to choose.
    static func imageSize(_ settings: inout Settings, _ dataset: String) throws(SettingsError) -> Int? {
        guard dataset.hasPrefix("folder:"), settings.given(among: ["image-size"]) != nil else { return nil }
        return try settings.integer("image-size", default: 224, in: 1...4096)
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case model, dataset, optimizer, epochs, batchSize, seed, limit, settings
    }

    /// Keys that are missing take the defaults of `init`; model and dataset must be there.
    public init(from decoder: any Decoder) throws {
        let stray = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        let known = CodingKeys.allCases.map(\.rawValue)
        if let name = stray.first(where: { !known.contains($0) }) { throw UnknownName("configuration key", name, known: known) }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            model: try values.decode(String.self, forKey: .model), dataset: try values.decode(String.self, forKey: .dataset),
            optimizer: try values.decodeIfPresent(String.self, forKey: .optimizer) ?? "adam",
            epochs: try values.decodeIfPresent(Int.self, forKey: .epochs) ?? 10,
            batchSize: try values.decodeIfPresent(Int.self, forKey: .batchSize) ?? 128,
            seed: try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? 0, limit: try values.decodeIfPresent(Int.self, forKey: .limit),
            settings: try values.decodeIfPresent([String: String].self, forKey: .settings) ?? [:])
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public static let fileName = "config.json"

    /// Reads a configuration file.
    /// - Throws: `FileError`, `UnknownName`, or `ConfigurationError` that says what is wrong with the file.
    public init(path: String) throws {
        let bytes = try WholeFile.read(path, limit: 1 << 20)
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw ConfigurationError(path: path, reason: Self.reason(error))
        }
    }

    /// Writes it as JSON with sorted keys.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write([UInt8](try encoder.encode(self)) + [10], to: path)
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "it has no “\(key.stringValue)”; add it"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "“\(context.codingPath.map(\.stringValue).joined(separator: "."))” has the wrong type; settings are texts, counts are numbers"
        case .dataCorrupted: "it is not valid JSON"
        @unknown default: "\(error)"
        }
    }
}

/// A configuration that cannot be run.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    /// The file, or nil for options of the command line.
    public var path: String?
    public var reason: String

    public init(path: String? = nil, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { path.map { "\($0): \(reason)" } ?? reason }
}
