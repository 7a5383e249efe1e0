/// What was wrong with a graph: which node or edge, in which line, and what to do.
public enum GraphFault: Hashable, Sendable {
    /// Normalisation adds a node to itself; files name edges between different nodes only.
    case selfLoop(node: Int, line: Int)
    case duplicateEdge(u: Int, v: Int, line: Int)
    /// An edge or a feature of a node that is not there.
    case unknownNode(node: Int, nodes: Int, line: Int)
    /// Nodes are numbered from 0 in the order of their lines.
    case nodeOrder(expected: Int, found: Int, line: Int)
    case duplicateFeature(node: Int, feature: Int, line: Int)
    /// Nodes with a label of which nothing else is known.
    case missingFeatures(count: Int, nodes: Int, first: [Int])
    /// Label −1 says that a node has none.
    case unlabelled(node: Int, part: String)
    case label(Int, node: Int)
    /// In two parts, or twice in one.
    case sharedNode(node: Int)
    case emptyPart(String)
    /// A split asks for more nodes than there are.
    case split(String)
    /// The name is of a graph where items are wanted, or the other way round.
    case isGraph
    case isNoGraph
}

extension GraphFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .selfLoop(let node, let line):
            "line \(line) joins node \(node) to itself; remove the line, since normalisation adds every node to itself once"
        case .duplicateEdge(let u, let v, let line): "line \(line) joins \(u) and \(v), which an earlier line does; name every edge once, in one direction"
        case .unknownNode(let node, let nodes, let line): "line \(line) names node \(node), but nodes are 0...\(nodes - 1); correct it or add the node"
        case .nodeOrder(let expected, let found, let line):
            "line \(line) is of node \(found) where node \(expected) is due; number nodes from 0 in the order of their lines"
        case .duplicateFeature(let node, let feature, let line): "line \(line) gives feature \(feature) of node \(node) a second time; give it once"
        case .missingFeatures(let count, let nodes, let first):
            "\(count) of \(nodes) nodes have a label but no features (\(first.map(String.init).joined(separator: ", "))\(count > first.count ? ", …" : "")); "
                + "edges, labels and split can be used, but a network needs the features of all nodes: complete the features file"
        case .unlabelled(let node, let part): "node \(node) is in the \(part) part but has label -1, no label; take it out of the part or label it"
        case .label(let label, let node): "node \(node) has label \(label); labels are 0, 1, … or -1 for none"
        case .sharedNode(let node): "node \(node) is in more than one part of the split; leave it in one"
        case .emptyPart(let part): "no node is in the \(part) part; name some in the split"
        case .split(let reason): reason
        case .isGraph: "is a graph, whose nodes are classified in one pass; train it with --model bigcn"
        case .isNoGraph: "is no graph; graphs are karate, karate:4, cora, citeseer, pubmed and graph:FOLDER"
        }
    }
}
