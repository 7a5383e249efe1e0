internal import BinaryInference
public import BitCore
internal import Datasets
internal import Report

/// What `spinflip predict` reports.
public struct PredictionReport: Codable, Sendable, Hashable {
    public struct Prediction: Codable, Sendable, Hashable {
        /// The file the item came from, and its place in it.
        public var input: String
        public var item: Int
        /// Index of the largest score, the lowest at ties.
        public var `class`: Int
        public var label: String
        /// Scores as the real numbers they stand for: integer score × 2^exponent.
        public var scores: [Double]
    }

    public var model: String
    public var predictions: [Prediction]

    public init(model: String, predictions: [Prediction]) { (self.model, self.predictions) = (model, predictions) }

    /// The predictions of both, by the model of the first.
    public static func + (a: PredictionReport, b: PredictionReport) -> PredictionReport {
        PredictionReport(model: a.model, predictions: a.predictions + b.predictions)
    }

    public var text: String {
        predictions.map { prediction in
            let ranked = prediction.scores.indices.sorted { (prediction.scores[$0], $1) > (prediction.scores[$1], $0) }
            let runnerUp = ranked.count > 1 ? prediction.scores[ranked[0]] - prediction.scores[ranked[1]] : 0
            return "\(prediction.input) #\(prediction.item + 1)  \(prediction.label)  (score \(NumberText.decimal(prediction.scores[ranked[0]], 3)), "
                + "\(NumberText.decimal(runnerUp, 3)) above the next)"
        }.joined(separator: "\n")
    }
}

extension LoadedModel {
    /// Classifies every item of some files.
    /// - Throws: `InputFileError`, `FileError` or `DatasetError`, which name the file at fault.
    public func predict(_ paths: [String], kernels: Kernels = .active, parallel: Parallel) throws -> PredictionReport {
        let session = InferenceSession(model, kernels: kernels, parallel: parallel)
        var predictions: [PredictionReport.Prediction] = []
        for path in paths {
            let file = try InputFile(path: path, shape: model.input.shape, scaling: try featureScaling())
            let bytes = file.items.flatMap { $0 }
            let scores = session.realScores(bytes, count: file.items.count)
            let classes = session.classify(bytes, count: file.items.count)
            for (item, value) in classes.enumerated() {
                predictions.append(
                    .init(
                        input: path, item: item, class: value, label: model.label(value),
                        scores: Array(scores[item * model.classes..<(item + 1) * model.classes])))
            }
        }
        return PredictionReport(model: path, predictions: predictions)
    }
}
