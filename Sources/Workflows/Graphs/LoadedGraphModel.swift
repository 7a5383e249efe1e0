internal import BinaryInference
internal import BinaryNN
internal import BinaryTraining
public import BitCore
public import Datasets
public import Profiling

/// A graph model's file in memory, with where it came from.
public struct LoadedGraphModel: Sendable {
    public let path: String
    let model: GraphModel
    public let fileBytes: Int

    /// nil for the file of a model of another kind.
    /// - Throws: `FileError`, or `ModelFileError`, both of which name the file and the fault.
    public init?(path: String) throws {
        let bytes = try WholeFile.read(path, limit: LoadedModel.maximumBytes)
        guard GraphModel.isGraphModel(bytes) else { return nil }
        self.path = path
        model = try GraphModel(parsing: bytes, path: path)
        fileBytes = bytes.count
    }

    /// Counts of the file, with its size.
    public var summary: ModelSummary { ModelSummary(model, fileBytes: fileBytes) }

    /// Classes of the nodes of a graph.
    /// - Parameter nodes: which to report, counted from 0; nil for all.
    /// - Throws: `MismatchError`, `ConfigurationError` for nodes that the graph lacks, or `DatasetError` when nodes lack features.
    public func predict(_ data: GraphDataset, nodes: [Int]? = nil, kernels: Kernels = .active, parallel: Parallel) throws -> PredictionReport {
        let session = GraphSession(model, kernels: kernels, parallel: parallel)
        let task = try task(data)
        let chosen = nodes ?? Array(0..<data.nodeCount)
        if let stranger = chosen.first(where: { !(0..<data.nodeCount).contains($0) }) {
            throw ConfigurationError(reason: "\(data.name) has nodes 1 to \(data.nodeCount), not \(stranger + 1)")
        }
        let (scores, classes) = (session.scores(task.input).elements, session.classify(task.input))
        return PredictionReport(
            model: path,
            predictions: chosen.map { node in
                .init(
                    input: data.name, item: node, class: classes[node], label: model.labels[classes[node]],
                    scores: scores[node * model.classes..<(node + 1) * model.classes].map { Double($0) })
            })
    }

    /// Runs the model over the whole graph; the accuracy is that of the test nodes.
    /// - Throws: `MismatchError`, or `DatasetError` when nodes lack features.
    public func evaluate(on data: GraphDataset, kernels: Kernels = .active, parallel: Parallel, _ control: RunControl) throws -> EvaluationReport {
        let task = try task(data)
        let session = GraphSession(model, kernels: kernels, parallel: parallel)
        let start = control.seconds()
        let classes = session.classify(task.input)
        let seconds = control.seconds() - start
        let correct = data.split.test.count { classes[$0] == data.labels[$0] }
        return EvaluationReport(
            model: path, dataset: data.name, accuracy: task.accuracy(classes, on: data.split.test), correct: correct, count: data.split.test.count,
            imagesPerSecond: seconds > 0 ? Double(data.nodeCount) / seconds : 0, seconds: seconds, isa: kernels.instructionSet.rawValue,
            threads: parallel.threads, isComplete: true)
    }

    private func task(_ data: GraphDataset) throws -> GraphTask {
        guard data.featureCount == model.features else {
            throw MismatchError.itemSize(model: model.features, data: data.featureCount, dataset: data.name)
        }
        guard data.classCount <= model.classes else { throw MismatchError.classes(model: model.classes, data: data.classCount, dataset: data.name) }
        return try GraphTask(data)
    }
}

/// A model of one kind where a command takes the other.
public struct ModelKindError: Error, Hashable, CustomStringConvertible {
    public var path: String
    /// True where the file holds a graph model.
    public var isGraph: Bool

    public init(path: String, isGraph: Bool) { (self.path, self.isGraph) = (path, isGraph) }

    public var description: String {
        isGraph
            ? "\(path) is a model of the nodes of a graph, which summary, doctor, predict and evaluate (with a graph) take; its file is its only form"
            : "\(path) is a model of items that stand by themselves, not of the nodes of a graph; give it files, or a data set that is no graph"
    }
}
