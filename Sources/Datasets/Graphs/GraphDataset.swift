public import BitCore

/// Which nodes of a graph are trained on, chosen by, and tested on, each in ascending order. The others take part in the graph only: the
/// split is transductive.
public struct GraphSplit: Sendable, Hashable, Codable {
    public var train: [Int]
    public var validation: [Int]
    public var test: [Int]

    public init(train: [Int], validation: [Int] = [], test: [Int]) { (self.train, self.validation, self.test) = (train, validation, test) }

    var parts: [(name: String, nodes: [Int])] { [("train", train), ("validation", validation), ("test", test)] }
}

/// A graph whose nodes have features, and mostly a label.
public struct GraphDataset: Sendable {
    public let name: String
    public let features: SparseFeatures
    /// The class of each node; −1 for none.
    public let labels: [Int]
    public let classNames: [String]
    /// Undirected, each once, none from a node to itself.
    public let edges: [GraphEdge]
    public let split: GraphSplit

    /// - Throws: `DatasetError` when a label is out of range, or a part of the split is empty, shares a node with another or has one without label.
    ///   A validation part may be empty.
    /// - Precondition: a label for each row of features, edges between different nodes that are there.
    public init(
        name: String, features: SparseFeatures, labels: [Int], classNames: [String], edges: [GraphEdge], split: GraphSplit
    ) throws(DatasetError) {
        precondition(labels.count == features.rowCount, "\(labels.count) labels for \(features.rowCount) nodes")
        func fault(_ fault: GraphFault) -> DatasetError { DatasetError(name, .graph(fault)) }
        if let node = labels.firstIndex(where: { $0 < -1 || $0 >= classNames.count }) { throw fault(.label(labels[node], node: node)) }
        var isTaken = [Bool](repeating: false, count: labels.count)
        for (part, nodes) in split.parts {
            if nodes.isEmpty, part != "validation" { throw fault(.emptyPart(part)) }
            for node in nodes {
                guard labels.indices.contains(node) else { throw fault(.split("the \(part) part names node \(node), which is not there; correct it")) }
                guard labels[node] >= 0 else { throw fault(.unlabelled(node: node, part: part)) }
                guard !isTaken[node] else { throw fault(.sharedNode(node: node)) }
                isTaken[node] = true
            }
        }
        (self.name, self.features, self.labels, self.classNames) = (name, features, labels, classNames)
        self.edges = edges
        self.split = GraphSplit(train: split.train.sorted(), validation: split.validation.sorted(), test: split.test.sorted())
    }

    public var nodeCount: Int { labels.count }
    public var featureCount: Int { features.columnCount }
    public var classCount: Int { classNames.count }

    /// Labelled nodes without any feature: their features are missing. A node without a label is one of which nothing is known, and zeros will do.
    public var nodesWithoutFeatures: [Int] { labels.indices.filter { labels[$0] >= 0 && features.isEmpty($0) } }

    /// Nodes that no edge reaches.
    public var isolatedCount: Int {
        var isJoined = [Bool](repeating: false, count: nodeCount)
        for edge in edges {
            isJoined[edge.u] = true
            isJoined[edge.v] = true
        }
        return isJoined.count { !$0 }
    }
}

extension GraphDataset {
    /// Signs of more features are not made: they would take more than 2 GB.
    static let maximumSignWords = 1 << 28

    /// The input of a binary network: signs of the standardised features, their magnitudes and the normalised adjacency.
    /// - Throws: `DatasetError` when nodes lack features, or there are too many.
    public func input() throws(DatasetError) -> GraphInput {
        let missing = nodesWithoutFeatures
        guard missing.isEmpty else {
            throw DatasetError(name, .graph(.missingFeatures(count: missing.count, nodes: nodeCount, first: Array(missing.prefix(3)))))
        }
        let words = nodeCount.multipliedReportingOverflow(by: PackedTensor.words(for: featureCount))
        guard !words.overflow, words.partialValue <= Self.maximumSignWords else {
            throw DatasetError(name, .tooLarge(what: "words of signs of features", value: words.partialValue, limit: Self.maximumSignWords))
        }
        let (signs, scales) = features.standardisedSigns()
        return GraphInput(signs: signs, graph: NodeGraph(SparseAdjacency(nodeCount: nodeCount, edges: edges), scales: scales))
    }

    /// The same graph with another split, drawn by the seed: `perClass` nodes of each class to train on, then of those left `validation` and
    /// `test` (all that are left when nil) nodes. Nodes without a label are in no part.
    /// - Throws: `DatasetError` when there are too few nodes.
    public func split(perClass: Int, validation: Int = 0, test: Int? = nil, seed: UInt64) throws(DatasetError) -> GraphDataset {
        func fault(_ reason: String) -> DatasetError { DatasetError(name, .graph(.split(reason))) }
        guard perClass >= 1, validation >= 0, (test ?? 1) >= 1 else {
            throw fault("a split of \(perClass) nodes a class, \(validation) to validate and \(test ?? 1) to test is none; ask for at least 1, 0 and 1")
        }
        var generator = SeededGenerator(seed: seed).split("graph split")
        let order = generator.permutation(nodeCount).filter { labels[$0] >= 0 }
        var (train, rest, counts): ([Int], [Int], [Int]) = ([], [], Array(repeating: 0, count: classCount))
        for node in order {
            if counts[labels[node]] < perClass {
                counts[labels[node]] += 1
                train.append(node)
            } else {
                rest.append(node)
            }
        }
        if let short = counts.firstIndex(where: { $0 < perClass }) {
            throw fault("class \(classNames[short]) has \(counts[short]) labelled nodes, fewer than the \(perClass) to train on; ask for fewer a class")
        }
        let wanted = test ?? rest.count - validation
        guard wanted >= 1, validation + wanted <= rest.count else {
            throw fault("\(rest.count) labelled nodes are left for \(validation) to validate and \(Swift.max(wanted, 1)) to test; ask for fewer")
        }
        return try GraphDataset(
            name: name, features: features, labels: labels, classNames: classNames, edges: edges,
            split: GraphSplit(train: train, validation: Array(rest[..<validation]), test: Array(rest[validation..<validation + wanted])))
    }
}
