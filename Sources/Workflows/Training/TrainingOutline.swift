internal import BinaryNN
internal import BinaryTraining
public import BitCore
public import Datasets
internal import Profiling
internal import Report

/// What a run would do, found out without a step: what `spinflip train --dry-run` prints. Whatever is wrong with a configuration or its data is
/// found on the way.
public struct TrainingOutline: Sendable, Hashable, Codable {
    public var model: String
    public var dataset: String
    public var optimizer: String
    public var trainItems: Int
    public var testItems: Int
    public var classes: Int
    /// Shape of an item as the network takes it.
    public var input: Shape
    public var epochs: Int
    public var stepsPerEpoch: Int
    public var parameters: Int
    /// Of them, those held as bits in the shipped model.
    public var binaryParameters: Int
    /// Multiply-accumulates of one item.
    public var multiplyAccumulates: Int
    /// A model or a file of scores to distil from; whether it fits is found when it is read.
    public var teacher: String?

    /// - Throws: whatever is wrong with the configuration.
    public init(_ configuration: TrainingConfiguration, _ data: LabelledData) throws {
        let plan = try TrainingPlan(configuration, data)
        let shipped = plan.shippedNetwork
        let items = data.train.prefix(configuration.limit).count
        let trained = plan.selection.validation > 0 ? items - Int((Double(items) * plan.selection.validation).rounded()) : items
        (model, dataset, optimizer) = (configuration.model, configuration.dataset, configuration.optimizer)
        (trainItems, testItems, classes, input) = (trained, data.test.count, data.classCount, plan.network.input.shape)
        epochs = configuration.epochs
        stepsPerEpoch = BatchSampler(count: trained, batchSize: configuration.batchSize, seed: 0).batchesPerEpoch
        let weights = shipped.specs.filter { $0.role != .statistic }
        parameters = weights.reduce(0) { $0 + $1.count }
        binaryParameters = weights.filter { $0.encoding != .real }.reduce(0) { $0 + $1.count }
        multiplyAccumulates = shipped.operationCounts.totalMACs
        teacher = plan.teacherPath
    }

    public var text: String {
        var table = TextTable([.text(""), .text("")])
        table.append(["model", "\(model), items of \(input) to \(classes) classes"])
        table.append(["parameters", "\(NumberText.grouped(parameters)), \(NumberText.grouped(binaryParameters)) of them signs"])
        table.append(["work", "\(NumberText.compact(Double(multiplyAccumulates))) multiply-accumulates an item"])
        table.append(["data", "\(dataset): \(NumberText.grouped(trainItems)) training and \(NumberText.grouped(testItems)) test items"])
        table.append(["training", "\(optimizer), \(epochs) epochs of \(NumberText.grouped(stepsPerEpoch)) steps"])
        if let teacher { table.append(["teacher", teacher]) }
        return table.render() + "\nnothing was trained, and nothing written"
    }
}
