internal import Datasets
internal import Foundation

/// What a caller asks of a training run, piece by piece: a configuration file, if any, and options that override it.
public struct TrainingRequest: Sendable {
    public var folder: String
    public var configuration: String?
    public var resume: Bool
    public var model: String?
    public var dataset: String?
    public var optimizer: String?
    public var epochs: Int?
    public var batchSize: Int?
    public var seed: UInt64?
    public var limit: Int?
    /// Each `key=value`.
    public var settings: [String]

    public init(
        folder: String, configuration: String? = nil, resume: Bool = false, model: String? = nil, dataset: String? = nil, optimizer: String? = nil,
        epochs: Int? = nil, batchSize: Int? = nil, seed: UInt64? = nil, limit: Int? = nil, settings: [String] = []
    ) {
        (self.folder, self.configuration, self.resume) = (folder, configuration, resume)
        (self.model, self.dataset, self.optimizer) = (model, dataset, optimizer)
        (self.epochs, self.batchSize, self.seed, self.limit, self.settings) = (epochs, batchSize, seed, limit, settings)
    }

    /// The configuration that the pieces make together.
    /// - Throws: what is wrong with the file or a setting; `ConfigurationError` when model or data set are not named at all.
    public func resolve() throws -> TrainingConfiguration {
        var result: TrainingConfiguration
        let own = folder + "/" + TrainingConfiguration.fileName
        if let configuration {
            result = try TrainingConfiguration(path: configuration)
        } else if resume, FileManager.default.fileExists(atPath: own) {
            result = try TrainingConfiguration(path: own)
        } else {
            guard let model else { throw ConfigurationError(reason: "no model is named; give --model, such as mlp:64-256-10, or --config") }
            guard let dataset else { throw ConfigurationError(reason: "no data set is named; give --dataset, such as digits, or --config") }
            // A graph is one batch, and an epoch one step.
            result =
                DatasetCatalog.isGraph(dataset)
                ? TrainingConfiguration(model: model, dataset: dataset, epochs: 550, batchSize: 0) : TrainingConfiguration(model: model, dataset: dataset)
        }
        result.model = model ?? result.model
        result.dataset = dataset ?? result.dataset
        result.optimizer = optimizer ?? result.optimizer
        result.epochs = epochs ?? result.epochs
        result.batchSize = batchSize ?? result.batchSize
        result.seed = seed ?? result.seed
        result.limit = limit ?? result.limit
        for setting in settings {
            guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else { throw SettingsError.syntax(setting) }
            result.settings[String(setting[..<equals])] = String(setting[setting.index(after: equals)...])
        }
        return result
    }
}
