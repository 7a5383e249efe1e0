public import BitCore
public import Datasets

/// Nodes of one graph to be classified: the input of all of them, and the labels of those in the split.
public struct GraphTask: Sendable {
    public let name: String
    public let input: GraphInput
    /// −1 for none.
    public let labels: [Int]
    public let split: GraphSplit
    public let classNames: [String]

    /// - Throws: `DatasetError` when nodes lack features.
    public init(_ data: GraphDataset) throws(DatasetError) {
        name = data.name
        input = try data.input()
        (labels, split, classNames) = (data.labels, data.split, data.classNames)
    }

    public var classCount: Int { classNames.count }

    /// The same graph with the split of `data`, which is the same graph too.
    public func splitting(as data: GraphDataset) -> GraphTask {
        precondition(data.nodeCount == labels.count, "a split of \(data.nodeCount) nodes for a graph of \(labels.count)")
        return GraphTask(self, data.split)
    }

    private init(_ other: GraphTask, _ split: GraphSplit) {
        (name, input, labels, classNames) = (other.name, other.input, other.labels, other.classNames)
        self.split = split
    }

    /// Share of `nodes` whose class is their label; NaN for none.
    public func accuracy(_ classes: [Int], on nodes: [Int]) -> Double {
        Double(nodes.count { classes[$0] == labels[$0] }) / Double(nodes.count)
    }
}

/// What a classifier of nodes gets right in each part of a split.
public struct GraphAccuracy: Sendable, Hashable, Codable {
    public var train: Double
    /// nil where nothing is held out.
    public var validation: Double?
    public var test: Double

    public init(_ task: GraphTask, _ classes: [Int]) {
        train = task.accuracy(classes, on: task.split.train)
        validation = task.split.validation.isEmpty ? nil : task.accuracy(classes, on: task.split.validation)
        test = task.accuracy(classes, on: task.split.test)
    }
}
