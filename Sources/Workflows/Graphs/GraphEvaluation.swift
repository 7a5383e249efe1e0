internal import BinaryInference
internal import BinaryTraining
public import BitCore
public import Datasets

extension EvaluationReport {
    /// Runs a packed graph model over the whole graph; the accuracy is that of the test nodes.
    /// - Throws: `ModelFileError`, `MismatchError`, or `DatasetError` when nodes lack features.
    public init(graphModel path: String, _ data: GraphDataset, kernels: Kernels = .active, parallel: Parallel, _ control: RunControl) throws {
        let model = try GraphModel(contentsOf: path)
        guard data.featureCount == model.features else {
            throw MismatchError.itemSize(model: model.features, data: data.featureCount, dataset: data.name)
        }
        guard data.classCount <= model.classes else { throw MismatchError.classes(model: model.classes, data: data.classCount, dataset: data.name) }
        let task = try GraphTask(data)
        let session = GraphSession(model, kernels: kernels, parallel: parallel)
        let start = control.seconds()
        let classes = session.classify(task.input)
        let seconds = control.seconds() - start
        let correct = data.split.test.count { classes[$0] == data.labels[$0] }
        self.init(
            model: path, dataset: data.name, accuracy: task.accuracy(classes, on: data.split.test), correct: correct, count: data.split.test.count,
            imagesPerSecond: seconds > 0 ? Double(data.nodeCount) / seconds : 0, seconds: seconds, isa: kernels.instructionSet.rawValue,
            threads: parallel.threads, isComplete: true)
    }
}
