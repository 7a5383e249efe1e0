internal import BitCore

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// A graph in a folder, as text, each file plain or gzipped:
///
/// - `nodes.csv`, header `node,label,split`: nodes from 0 in order; label −1 for none; split is `train`, `val`, `test` or `none`.
/// - `edges.csv`, header `u,v`: undirected edges, each once.
/// - `features.coo.csv`, header `node,feature` (every value 1) or `node,feature,value`; what is not listed is 0. Beside it, or in its place,
///   `features_train_test_only.coo.csv` holds those of some nodes only.
struct GraphFiles {
    static let byteLimit = 1 << 27
    static let nodeLimit = 1 << 22
    static let featureLimit = 1 << 22

    let name: String
    let folder: String
    var advice = "a graph is a folder with nodes.csv, edges.csv and features.coo.csv, each of which may be gzipped"

    /// - Parameter seed: draws the split of a graph whose nodes are in no part: up to 20 of each class to train on, a fifth of the rest to validate.
    func read(seed: UInt64) throws(DatasetError) -> GraphDataset {
        let nodes = try self.nodes()
        let edges = try self.edges(nodes: nodes.labels.count)
        let features = try self.features(nodes: nodes.labels.count)
        let classes = (nodes.labels.max() ?? -1) + 1
        guard classes >= 2 else { throw DatasetError(name, .graph(.split("its nodes have \(classes) class; give labels of at least two"))) }
        let names = (0..<classes).map(String.init)
        if let split = nodes.split {
            return try GraphDataset(name: name, features: features, labels: nodes.labels, classNames: names, edges: edges, split: split)
        }
        let labelled = nodes.labels.indices.filter { nodes.labels[$0] >= 0 }
        let whole = try GraphDataset(
            name: name, features: features, labels: nodes.labels, classNames: names, edges: edges,
            split: GraphSplit(train: Array(labelled.prefix(1)), test: Array(labelled.dropFirst().prefix(1))))
        var balance = [Int](repeating: 0, count: classes)
        for node in labelled { balance[nodes.labels[node]] += 1 }
        let least = balance.min() ?? 0
        let perClass = Swift.min(20, Swift.max(1, least / 2))
        return try whole.split(perClass: perClass, validation: (labelled.count - perClass * classes) / 5, seed: seed)
    }

    // MARK: Files

    private func path(_ names: [String]) -> String {
        let candidates = names.flatMap { ["\(folder)/\($0)", "\(folder)/\($0).gz"] }
        return candidates.first { access($0, F_OK) == 0 } ?? candidates[0]
    }

    private func lines(_ names: String...) throws(DatasetError) -> CSVLines {
        let path = path(names)
        return CSVLines(try ByteSource(path: path, adviceIfMissing: advice).readAll(limit: Self.byteLimit), name: path)
    }

    private func fault(_ lines: CSVLines, _ fault: GraphFault) -> DatasetError { DatasetError(lines.name, .graph(fault)) }

    /// Reads the header, of which the names in brackets may be left out at the end.
    private func header(_ lines: inout CSVLines, _ names: [String], optional: [String] = []) throws(DatasetError) -> Int {
        var line = CSVLines.Line()
        guard try lines.next(&line) else { throw DatasetError(lines.name, .empty) }
        let found = line.fields.indices.map { lines.string(line, $0) }
        guard found == names || found == names + optional else {
            throw lines.fault(line, "the first line is the header \(names.joined(separator: ","))\(optional.map { "[,\($0)]" }.joined()); give it")
        }
        return found.count
    }

    private func whole(_ lines: CSVLines, _ line: CSVLines.Line, _ field: Int) throws(DatasetError) -> Int {
        guard let value = lines.number(line, field), let whole = Int(exactly: value), whole.magnitude < 1 << 40 else {
            throw lines.fault(line, "field \(field + 1) is no whole number; correct it")
        }
        return whole
    }

    private func check(_ lines: CSVLines, _ line: CSVLines.Line, _ count: Int) throws(DatasetError) {
        guard line.fields.count == count else { throw lines.fault(line, "it has \(line.fields.count) fields where the header has \(count); correct it") }
    }

    private func nodes() throws(DatasetError) -> (labels: [Int], split: GraphSplit?) {
        var lines = try lines("nodes.csv")
        let fields = try header(&lines, ["node", "label"], optional: ["split"])
        var (labels, split): ([Int], GraphSplit) = ([], GraphSplit(train: [], test: []))
        var line = CSVLines.Line()
        while try lines.next(&line) {
            try check(lines, line, fields)
            let (node, label) = (try whole(lines, line, 0), try whole(lines, line, 1))
            guard node == labels.count else { throw fault(lines, .nodeOrder(expected: labels.count, found: node, line: line.number)) }
            guard node < Self.nodeLimit else { throw DatasetError(lines.name, .tooLarge(what: "nodes", value: node + 1, limit: Self.nodeLimit)) }
            guard (-1..<1 << 16).contains(label) else { throw fault(lines, .label(label, node: node)) }
            labels.append(label)
            if fields == 3 {
                switch lines.string(line, 2) {
                case "train": split.train.append(node)
                case "val", "validation": split.validation.append(node)
                case "test": split.test.append(node)
                case "none": break
                default: throw lines.fault(line, "a node is in part train, val, test or none; name one of them")
                }
            }
        }
        guard !labels.isEmpty else { throw DatasetError(lines.name, .empty) }
        return (labels, split.parts.allSatisfy(\.nodes.isEmpty) ? nil : split)
    }

    private func edges(nodes: Int) throws(DatasetError) -> [GraphEdge] {
        var lines = try lines("edges.csv")
        _ = try header(&lines, ["u", "v"])
        var edges: [GraphEdge] = []
        var seen: Set<GraphEdge> = []
        var line = CSVLines.Line()
        while try lines.next(&line) {
            try check(lines, line, 2)
            let (u, v) = (try whole(lines, line, 0), try whole(lines, line, 1))
            for node in [u, v] where node < 0 || node >= nodes { throw fault(lines, .unknownNode(node: node, nodes: nodes, line: line.number)) }
            guard u != v else { throw fault(lines, .selfLoop(node: u, line: line.number)) }
            let edge = GraphEdge(Swift.min(u, v), Swift.max(u, v))
            guard seen.insert(edge).inserted else { throw fault(lines, .duplicateEdge(u: u, v: v, line: line.number)) }
            edges.append(edge)
        }
        return edges
    }

    private func features(nodes: Int) throws(DatasetError) -> SparseFeatures {
        var lines = try lines("features.coo.csv", "features_train_test_only.coo.csv")
        let fields = try header(&lines, ["node", "feature"], optional: ["value"])
        var entries: [Entry] = []
        var columnCount = 0
        var line = CSVLines.Line()
        while try lines.next(&line) {
            try check(lines, line, fields)
            let (node, feature) = (try whole(lines, line, 0), try whole(lines, line, 1))
            guard (0..<nodes).contains(node) else { throw fault(lines, .unknownNode(node: node, nodes: nodes, line: line.number)) }
            guard feature >= 0, feature < Self.featureLimit else {
                throw lines.fault(line, "features are 0...\(Self.featureLimit - 1); correct the number")
            }
            var value: Float = 1
            if fields == 3 {
                guard let number = lines.number(line, 2), Float(number).isFinite else { throw lines.fault(line, "field 3 is no number; correct it") }
                value = Float(number)
            }
            entries.append(Entry(node: Int32(node), column: Int32(feature), value: value, line: Int32(clamping: line.number)))
            columnCount = Swift.max(columnCount, feature + 1)
        }
        guard columnCount > 0 else { throw DatasetError(lines.name, .empty) }
        if !zip(entries, entries.dropFirst()).allSatisfy({ $0.key < $1.key }) { entries.sort { ($0.key, $0.line) < ($1.key, $1.line) } }
        for (a, b) in zip(entries, entries.dropFirst()) where a.key == b.key {
            throw fault(lines, .duplicateFeature(node: Int(b.node), feature: Int(b.column), line: Int(b.line)))
        }
        entries.removeAll { $0.value == 0 }
        var starts = [Int](repeating: 0, count: nodes + 1)
        for entry in entries { starts[Int(entry.node) + 1] += 1 }
        for node in 0..<nodes { starts[node + 1] += starts[node] }
        return SparseFeatures(rowStarts: starts, columns: entries.map(\.column), values: entries.map(\.value), columnCount: columnCount)
    }

    private struct Entry {
        var node: Int32
        var column: Int32
        var value: Float
        var line: Int32

        var key: Int { Int(node) << 32 | Int(column) }
    }
}

extension GraphDataset {
    /// Reads a folder of `nodes.csv`, `edges.csv` and `features.coo.csv` (see `Datasets/README.md`).
    /// - Parameter seed: draws the split of a graph that comes without one.
    /// - Throws: `DatasetError` that names file, line and fault.
    public init(folder: String, name: String? = nil, seed: UInt64 = 0) throws(DatasetError) {
        self = try GraphFiles(name: name ?? folder, folder: folder).read(seed: seed)
    }
}
