public import BinaryInference
internal import BitCore
internal import Datasets
internal import Foundation

/// A model file in memory, with where it came from.
public struct LoadedModel: Sendable {
    public let path: String
    public let model: InferenceModel
    public let fileBytes: Int

    /// Larger files are refused before they are read.
    public static let maximumBytes = 1 << 31

    /// - Throws: `FileError`, `ModelFileError`, or `ModelKindError` for a graph model, all of which name the file and the fault.
    public init(path: String) throws {
        let bytes = try WholeFile.read(path, limit: Self.maximumBytes)
        if GraphModel.isGraphModel(bytes) { throw ModelKindError(path: path, isGraph: true) }
        self.path = path
        model = try InferenceModel(parsing: bytes, path: path)
        fileBytes = bytes.count
    }

    /// A model that was made here; `path` is what reports call it.
    init(_ model: InferenceModel, path: String) {
        self.path = path
        self.model = model
        fileBytes = model.totals.fileBytes
    }
}

extension LoadedModel {
    /// Key of the model's metadata under which training keeps how the columns of a table became bytes, as JSON.
    public static let scalingKey = "input.scaling"

    /// How the columns of the training table became bytes; nil when inputs are bytes already.
    /// - Throws: `DecodingError` when the metadata is damaged.
    func featureScaling() throws -> FeatureScaling? {
        guard let text = model.metadata[Self.scalingKey] else { return nil }
        let scaling = try JSONDecoder().decode(FeatureScaling.self, from: Data(text.utf8))
        guard scaling.columns.count == model.inputCount else {
            throw InputFileError(path, .itemSize(found: scaling.columns.count, expected: model.inputCount))
        }
        return scaling.isIdentity ? nil : scaling
    }
}
