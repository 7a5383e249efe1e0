public import BitCore

/// The edges of a network as text, for graphs that are not layers: a line `source target` an edge, `#` before a comment, blank lines
/// anywhere.
///
/// Units are numbered layer after layer from 0: with layers 9-3-1 the inputs are 0…8, the hidden neurons 9…11, the output is 12. Layers say
/// no more than that: edges may lead from any unit to any neuron, as long as they close no cycle. The units of the last layer are the
/// outputs.
public struct EdgeList: Hashable, Sendable {
    /// What errors call the file.
    public let name: String
    public let layers: [Int]
    /// In the order of the file.
    public let edges: [SpinNetwork.Edge]

    /// Bytes of the largest file that is read.
    public static let byteLimit = 1 << 26

    /// - Throws: `EdgeListError` that names the line: other than two fields, no whole number, a unit that does not exist, an edge into an
    ///   input, from a
    ///   unit to itself, or given before.
    public init(_ bytes: some Collection<UInt8>, name: String, layers: [Int]) throws(EdgeListError) {
        guard layers.count >= 2, layers.allSatisfy({ (1...SpinNetwork.unitLimit).contains($0) }), layers.reduce(0, +) <= SpinNetwork.unitLimit
        else { throw EdgeListError(name, .topology(.layers(layers))) }
        let (inputs, units) = (layers[0], layers.reduce(0, +))
        var edges: [SpinNetwork.Edge] = []
        var seen: Set<SpinNetwork.Edge> = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            var content = line[...]
            if number == 1, content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
            let fields = content.prefix { $0 != UInt8(ascii: "#") }.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard !fields.isEmpty else { continue }
            func fault(_ reason: EdgeListError.Reason) -> EdgeListError {
                let text = String(decoding: content.prefix(60).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
                return EdgeListError(name, .line(number, text: text, reason))
            }
            guard fields.count == 2 else { throw fault(.fields(fields.count)) }
            guard let source = Self.number(fields[0]), let target = Self.number(fields[1]) else { throw fault(.number) }
            guard source < units, target < units else { throw fault(.topology(.unknownUnit(source: source, target: target, units: units))) }
            guard target >= inputs else { throw fault(.topology(.intoInput(source: source, target: target, inputs: inputs))) }
            guard source != target else { throw fault(.topology(.cycle([source]))) }
            let edge = SpinNetwork.Edge(source: source, target: target)
            guard seen.insert(edge).inserted else { throw fault(.topology(.duplicateEdge(source: source, target: target))) }
            edges.append(edge)
        }
        guard !edges.isEmpty else { throw EdgeListError(name, .empty) }
        (self.name, self.layers, self.edges) = (name, layers, edges)
    }

    /// Reads a file of at most `byteLimit` bytes.
    public init(contentsOf path: String, layers: [Int]) throws(EdgeListError) {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path, limit: Self.byteLimit) } catch { throw EdgeListError(path, .unreadable(error)) }
        try self.init(bytes, name: path, layers: layers)
    }

    /// The network of these edges.
    /// - Throws: `EdgeListError` for what no single line is to blame for: a cycle, a neuron without parents, one that no output depends on.
    public func network(hasBias: Bool = false) throws(EdgeListError) -> SpinNetwork {
        let units = layers.reduce(0, +)
        do {
            return try SpinNetwork(
                inputs: layers[0], neurons: units - layers[0], edges: edges.map { (source: $0.source, target: $0.target) },
                outputs: Array(units - layers[layers.count - 1]..<units), hasBias: hasBias)
        } catch { throw EdgeListError(name, .topology(error)) }
    }

    private static func number(_ field: some Collection<UInt8>) -> Int? {
        guard field.count <= 9 else { return nil }
        var value = 0
        for byte in field {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = 10 * value + Int(byte - 0x30)
        }
        return value
    }
}

/// What is wrong with a file of edges. Every message is one sentence that names the file, and the line where there is one.
public struct EdgeListError: Error, Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
        case unreadable(FileError)
        /// A line, counted from 1, with its text.
        case line(Int, text: String, Reason)
        case empty
        /// The lines are sound, but the graph is no network.
        case topology(TopologyError)
    }

    public enum Reason: Hashable, Sendable {
        case fields(Int)
        case number
        case topology(TopologyError)
    }

    public var source: String
    public var fault: Fault

    public init(_ source: String, _ fault: Fault) { (self.source, self.fault) = (source, fault) }
}

extension EdgeListError: CustomStringConvertible {
    public var description: String {
        switch fault {
        case .unreadable(let error): "\(source): \(error); check the path and its permissions"
        case .empty: "\(source): has no edges; write a line \"source target\" for each"
        case .topology(let error): "\(source): \(error)"
        case .line(let number, let text, let reason): "\(source): line \(number), \"\(text)\": \(reason)"
        }
    }
}

extension EdgeListError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fields(let count): "has \(count) field\(count == 1 ? "" : "s") where a source and a target are needed; write \"source target\""
        case .number: "a unit is not a whole number of 0 or more; write \"source target\""
        case .topology(let error): "\(error)"
        }
    }
}
