internal import BinaryInference
public import BitCore
public import Datasets
internal import Report

/// What `spinflip evaluate` reports: how often packed inference is right.
public struct EvaluationReport: Codable, Sendable, Hashable {
    public var model: String
    public var dataset: String
    /// Share of the items whose class is their label.
    public var accuracy: Double
    public var correct: Int
    public var count: Int
    public var imagesPerSecond: Double
    public var seconds: Double
    public var isa: String
    public var threads: Int
    /// False when it was stopped before the last item; the figures are then of the items seen.
    public var isComplete: Bool
    /// Files that could not be decoded and were left out; nil where none were looked for.
    public var leftOut: Int?

    public var text: String {
        let rate = "\(NumberText.compact(imagesPerSecond)) images/s (\(isa), \(threads) thread\(threads == 1 ? "" : "s"))"
        return "accuracy \(NumberText.percent(accuracy)) on \(NumberText.grouped(count)) items of \(dataset), \(rate)"
            + (isComplete ? "" : "; stopped early") + (leftOut.map { "; \($0) damaged files left out" } ?? "")
    }
}

extension LabelledData {
    /// What was left out, for a log; nil when nothing was.
    var leftOutNote: String? {
        guard let first = leftOut.first else { return nil }
        return "\(leftOut.count) of \(leftOut.count + train.count + test.count) files cannot be decoded and are left out, the first of them \(first)"
    }
}

/// A model and a data set that do not fit.
public enum MismatchError: Error, Hashable, CustomStringConvertible {
    case itemSize(model: Int, data: Int, dataset: String)
    case classes(model: Int, data: Int, dataset: String)

    public var description: String {
        switch self {
        case .itemSize(let model, let data, let dataset):
            "the model takes items of \(model) values, but those of \(dataset) have \(data); choose the data set it was trained on"
        case .classes(let model, let data, let dataset):
            "the model tells \(model) classes apart, but \(dataset) has \(data); choose the data set it was trained on"
        }
    }
}

extension LoadedModel {
    /// What a data set's name leaves open, as this model needs it.
    public func datasetOptions(seed: UInt64) -> DatasetOptions {
        let shape = model.input.shape
        return DatasetOptions(seed: seed, imageSize: shape.rank == 3 && shape[0] == shape[1] ? shape[0] : nil, allowsStreaming: true)
    }

    /// Runs packed inference over `data`.
    /// - Throws: `MismatchError`, and `DatasetError` when an item that is read on demand cannot be.
    public func evaluate(on data: Dataset, kernels: Kernels = .active, parallel: Parallel, _ control: RunControl) throws -> EvaluationReport {
        guard data.featureCount == model.inputCount else {
            throw MismatchError.itemSize(model: model.inputCount, data: data.featureCount, dataset: data.name)
        }
        guard data.classCount <= model.classes else { throw MismatchError.classes(model: model.classes, data: data.classCount, dataset: data.name) }
        let session = InferenceSession(model, kernels: kernels, parallel: parallel)
        let width = model.inputCount
        var (correct, done, seconds) = (0, 0, 0.0)
        // Large enough that progress costs nothing, small enough that Ctrl-C is heard.
        let chunk = data.isStreamed ? 256 : 4096
        while done < data.count, !control.isCancelled() {
            let end = Swift.min(done + chunk, data.count)
            let start = control.seconds()
            let items = data.isStreamed ? try data.selecting(done..<end).loaded(parallel: parallel) : data
            let first = data.isStreamed ? 0 : done
            let classes = items.features.withUnsafeBufferPointer { bytes in
                session.classify(UnsafeBufferPointer(rebasing: bytes[first * width..<(first + end - done) * width]), count: end - done)
            }
            seconds += control.seconds() - start
            for (offset, value) in classes.enumerated() where value == data.labels[done + offset] { correct += 1 }
            done = end
            control.onProgress(Progress(stage: "evaluating", completed: done, total: data.count, unit: "images"))
        }
        return EvaluationReport(
            model: path, dataset: data.name, accuracy: done > 0 ? Double(correct) / Double(done) : 0, correct: correct, count: done,
            imagesPerSecond: seconds > 0 ? Double(done) / seconds : 0, seconds: seconds, isa: kernels.instructionSet.rawValue,
            threads: parallel.threads, isComplete: done == data.count)
    }
}
