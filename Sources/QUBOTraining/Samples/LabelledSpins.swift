public import Datasets

/// Items of a data set as a binary network sees them: rows of ±1, and the class of each.
public struct LabelledSpins: Hashable, Sendable {
    /// Of the data set.
    public let name: String
    public let inputs: Int
    /// Classes that the data set has, whether or not they occur.
    public let classCount: Int
    /// ±1: [item × inputs].
    public let values: [Int8]
    public let labels: [Int]

    /// - Parameters:
    ///   - items: positions in the data set; all when nil.
    ///   - encoding: a threshold that depends on the data is found on the whole data set; resolve it on the training part to use it on another.
    /// - Throws: `SpinDataError` when the encoding does not suit the items.
    public init(_ dataset: Dataset, items: [Int]? = nil, encoding: SpinEncoding = SpinEncoding()) throws(SpinDataError) {
        let items = items ?? Array(0..<dataset.count)
        (inputs, values) = try encoding.values(dataset, items)
        labels = items.map { dataset.labels[$0] }
        (name, classCount) = (dataset.name, dataset.classCount)
    }

    init(name: String, inputs: Int, classCount: Int, values: [Int8], labels: [Int]) {
        (self.name, self.inputs, self.classCount, self.values, self.labels) = (name, inputs, classCount, values, labels)
    }

    public var count: Int { labels.count }

    public func row(_ item: Int) -> ArraySlice<Int8> { values[item * inputs..<(item + 1) * inputs] }

    /// Items at these positions, in this order.
    public func selecting(_ items: [Int]) -> LabelledSpins {
        LabelledSpins(
            name: name, inputs: inputs, classCount: classCount, values: items.flatMap { row($0) }, labels: items.map { labels[$0] })
    }

    /// The items chosen for training, and all others of the same classes.
    /// - Throws: `SpinDataError` when there are too few.
    public func split(_ choice: ItemChoice, of task: ClassTask, seed: UInt64) throws(SpinDataError) -> (train: LabelledSpins, rest: LabelledSpins) {
        let classes = try task.classes(of: name, count: classCount)
        let chosen = try choice.items(labels, of: classes, name: name, seed: seed)
        let (isChosen, wanted) = (Set(chosen), Set(classes))
        return (selecting(chosen), selecting(labels.indices.filter { !isChosen.contains($0) && wanted.contains(labels[$0]) }))
    }
}

/// What one network is to tell apart.
public enum ClassTask: Hashable, Sendable, Codable {
    /// An output a class, +1 for its own alone.
    case all
    /// One output, +1 for the first class and −1 for the second; items of others are left out.
    case pair(Int, Int)
    /// One output, +1 for this class.
    case oneAgainstRest(Int)

    /// The classes whose items are used.
    /// - Throws: `SpinDataError` when there is no such class.
    public func classes(of data: String, count: Int) throws(SpinDataError) -> [Int] {
        let named: [Int] =
            switch self {
            case .all: []
            case .pair(let a, let b): [a, b]
            case .oneAgainstRest(let a): [a]
            }
        if let bad = named.first(where: { $0 < 0 || $0 >= count }) { throw .noClass(bad, data: data, classes: count) }
        if case .pair(let a, let b) = self {
            guard a != b else { throw .oneClass(a) }
            return [a, b]
        }
        return Array(0..<count)
    }

    /// Outputs of a network for this task.
    public func outputs(_ classCount: Int) -> Int { if case .all = self { classCount } else { 1 } }
}

extension SpinSamples {
    /// Samples for a task.
    /// - Throws: `SpinDataError` when there is no such class or no item of those wanted.
    public init(_ data: LabelledSpins, _ task: ClassTask) throws(SpinDataError) {
        let wanted = Set(try task.classes(of: data.name, count: data.classCount))
        let items = data.labels.indices.filter { wanted.contains(data.labels[$0]) }
        guard !items.isEmpty else { throw .noItems(data.name) }
        let outputs = task.outputs(data.classCount)
        var targets: [Bool] = []
        targets.reserveCapacity(items.count * outputs)
        for item in items {
            let label = data.labels[item]
            switch task {
            case .all: targets += (0..<outputs).map { $0 == label }
            case .pair(let a, _), .oneAgainstRest(let a): targets.append(label == a)
            }
        }
        let values = items.count == data.count ? data.values : items.flatMap { data.row($0) }
        do { try self.init(inputs: data.inputs, outputs: outputs, values: values, targets: targets) } catch { preconditionFailure("\(error)") }
    }

    /// Items of a data set as samples, in one step.
    /// - Parameter seed: of a random choice.
    /// - Throws: `SpinDataError` when the encoding does not suit the items, or there are too few of a class.
    public init(
        _ dataset: Dataset, _ choice: ItemChoice = .all, _ task: ClassTask = .all, encoding: SpinEncoding = SpinEncoding(), seed: UInt64 = 0
    ) throws(SpinDataError) {
        let items = try choice.items(dataset.labels, of: task.classes(of: dataset.name, count: dataset.classCount), name: dataset.name, seed: seed)
        try self.init(LabelledSpins(dataset, items: items, encoding: encoding.resolved(on: dataset)), task)
    }
}
