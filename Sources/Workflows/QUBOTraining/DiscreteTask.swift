internal import BitCore
public import Datasets
public import Ising
public import QUBOTraining

/// A network and data for it, as the commands `qubo build`, `qubo train` and `qubo verify` name them.
public struct DiscreteTaskRequest: Sendable, Hashable {
    /// `9-3-1`, inputs first.
    public var layers: String
    /// File of edges in place of whole connections.
    public var edges: String?
    public var hasBias: Bool
    /// Connect every layer with all before it.
    public var hasSkips: Bool
    public var dataset: String
    /// Training samples, drawn by the seed; all when nil, 20 of a teacher.
    public var samples: Int?
    /// As many of each class in place of `samples`.
    public var perClass: Int?
    /// `3,5` (the first is +1), `3` (against the rest) or `all`; nil chooses by the outputs.
    public var classes: String?
    /// Pixels a side to which images are shrunk; nil to shrink them where the network has a square number of inputs that asks for it.
    public var side: Int?
    /// In units of the data's bytes.
    public var threshold: Double?
    public var seed: UInt64

    public init(
        layers: String, edges: String? = nil, hasBias: Bool = false, hasSkips: Bool = false, dataset: String, samples: Int? = nil, perClass: Int? = nil,
        classes: String? = nil, side: Int? = nil, threshold: Double? = nil, seed: UInt64 = 0
    ) {
        (self.layers, self.edges, self.hasBias, self.hasSkips, self.dataset) = (layers, edges, hasBias, hasSkips, dataset)
        (self.samples, self.perClass, self.classes, self.side) = (samples, perClass, classes, side)
        (self.threshold, self.seed) = (threshold, seed)
    }

    /// Samples of a teacher that nobody counted.
    public static let teacherSamples = 20
    public static let teacherTests = 1000

    /// Makes the network, loads the data and chooses from it.
    /// - Throws: what is wrong with the layers, the edges, the data or the choice.
    public func resolve(_ catalog: DatasetCatalog) throws -> DiscreteTask {
        let network = try network()
        if samples != nil, perClass != nil { throw ConfigurationError(reason: "both a number of samples and one a class; give one of them") }
        if dataset == "teacher" { return try teacher(network) }
        let data = try catalog.load(dataset, options: DatasetOptions(seed: seed))
        var notes: [String] = []
        let encoding = try encoding(data.train, network, &notes)
        let task = try task(data, network, &notes)
        let choice: ItemChoice = perClass.map { .randomOfEach($0) } ?? samples.map { .random($0) } ?? .all
        let classes = try task.classes(of: data.name, count: data.classCount)
        let chosen = try choice.items(data.train.labels, of: classes, name: data.name, seed: seed)
        let train = try LabelledSpins(data.train, items: chosen, encoding: encoding)
        let tested = data.test.labels.indices.filter { classes.contains(data.test.labels[$0]) }
        let test = try LabelledSpins(data.test, items: tested, encoding: encoding)
        return DiscreteTask(
            network: network, samples: try SpinSamples(train, task), train: train, task: task, test: test.count > 0 ? .items(test) : .none, encoding: encoding,
            notes: notes)
    }

    /// The network alone.
    public func network() throws -> SpinNetwork {
        let widths = try Self.widths(layers)
        guard let edges else { return try SpinNetwork(layers: widths, hasBias: hasBias, skips: hasSkips) }
        if hasSkips { throw ConfigurationError(reason: "both a file of edges and skips; put the skips into the file") }
        return try EdgeList(contentsOf: edges, layers: widths).network(hasBias: hasBias)
    }

    private static func widths(_ text: String) throws(ConfigurationError) -> [Int] {
        try text.split(separator: "-", omittingEmptySubsequences: false).map { part throws(ConfigurationError) in
            guard let width = Int(part), width > 0 else {
                throw ConfigurationError(reason: "the layers “\(text.prefix(60))” are no widths; write them like 9-3-1, inputs first")
            }
            return width
        }
    }

    private func teacher(_ network: SpinNetwork) throws -> DiscreteTask {
        if let given = [classes.map { _ in "classes" }, side.map { _ in "a side" }, perClass.map { _ in "samples a class" }].compactMap({ $0 }).first {
            throw ConfigurationError(reason: "\(given) given for a teacher, whose targets are the signs of its outputs; leave that out")
        }
        let made = try TeacherTask(network, samples: samples ?? Self.teacherSamples, tests: Self.teacherTests, seed: seed)
        return DiscreteTask(
            network: network, samples: made.train, train: nil, task: nil, test: made.test.map(DiscreteTask.Test.samples) ?? .none, encoding: nil,
            notes: ["the teacher is a random network of the same edges: some weights make no error"])
    }

    private func encoding(_ data: Dataset, _ network: SpinNetwork, _ notes: inout [String]) throws -> SpinEncoding {
        var side = side
        let inputs = network.inputs
        if side == nil, data.featureCount != inputs {
            let root = Int(Double(inputs).squareRoot().rounded())
            let extents = (0..<data.itemShape.rank).map { data.itemShape[$0] }
            guard root * root == inputs, extents.count >= 2, root <= extents[0], root <= extents[1] else {
                throw ConfigurationError(
                    reason: "\(data.name) has \(data.featureCount) inputs but the network takes \(inputs); begin the layers with \(data.featureCount)"
                        + (extents.count >= 2 ? " or, to shrink the images, a smaller square number" : ""))
            }
            side = root
            notes.append("images are shrunk to \(root)×\(root) pixels")
        }
        return SpinEncoding(side: side, threshold: threshold.map { .value($0) }).resolved(on: data)
    }

    private func task(_ data: LabelledData, _ network: SpinNetwork, _ notes: inout [String]) throws -> ClassTask {
        let count = data.classCount
        guard let classes else {
            if network.outputs.count > 1 { return .all }
            if count == 2 { return .pair(1, 0) }
            notes.append("one output for \(count) classes: class 0 (+1) against class 1 (−1); name others as in 3,5 or 3 (against the rest)")
            return .pair(0, 1)
        }
        if classes == "all" { return .all }
        let numbers = classes.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.trimmingPrefix(" ")) }
        switch (numbers.count, numbers.first ?? nil, numbers.last ?? nil) {
        case (1, let a?, _): return .oneAgainstRest(a)
        case (2, let a?, let b?): return .pair(a, b)
        default: throw ConfigurationError(reason: "“\(classes.prefix(60))” names no classes; write 3,5 (the first is +1), 3 (against the rest) or all")
        }
    }
}

/// A network, the samples it is trained on, and what it is tested on.
public struct DiscreteTask: Sendable {
    public enum Test: Sendable {
        case none
        case items(LabelledSpins)
        case samples(SpinSamples)
    }

    public var network: SpinNetwork
    public var samples: SpinSamples
    /// nil where samples are no items of classes.
    public var train: LabelledSpins?
    public var task: ClassTask?
    public var test: Test
    /// nil where there are no bytes.
    public var encoding: SpinEncoding?
    /// What was chosen because nobody said.
    public var notes: [String]

    /// The share of test samples that weights get right; nil without any.
    public func testAccuracy(_ weights: PackedSpins) throws -> Double? {
        switch test {
        case .none: nil
        case .items(let items): try SpinClassifier(network, weights).accuracy(on: items, task ?? .all)
        case .samples(let samples): try SpinProblem(network, samples).evaluate(weights).accuracy
        }
    }

    /// Of training samples: for classes by the largest sum, as on the test part.
    public func trainAccuracy(_ weights: PackedSpins, _ evaluation: SpinEvaluation) throws -> Double {
        guard let train, let task else { return evaluation.accuracy }
        return try SpinClassifier(network, weights).accuracy(on: train, task)
    }

    public var testCount: Int {
        switch test {
        case .none: 0
        case .items(let items): items.count
        case .samples(let samples): samples.count
        }
    }
}
