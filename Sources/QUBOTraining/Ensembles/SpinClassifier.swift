public import Ising

/// A network with weights, for many inputs of ±1: z = n − 2·popcount((a xor w) & parents), 64 parents at a time. Gives the same sums as
/// `SpinNetwork.sums`.
public struct SpinClassifier: Hashable, Sendable {
    public let network: SpinNetwork
    public let weights: PackedSpins
    /// For each neuron, the words of units that its parents lie in, and where its masks and weights begin.
    private let spans: [Span]
    private let masks: [UInt64]
    private let signs: [UInt64]
    private let stateWords: Int

    private struct Span: Hashable, Sendable {
        var first: Int
        var count: Int
        var start: Int
        var fanIn: Int
    }

    /// - Precondition: a weight for each edge.
    public init(_ network: SpinNetwork, _ weights: PackedSpins) {
        precondition(weights.count == network.weights, "\(weights.count) weights for a network of \(network.weights)")
        self.network = network
        self.weights = weights
        stateWords = (network.units + 63) / 64
        var (spans, masks, signs): ([Span], [UInt64], [UInt64]) = ([], [], [])
        for neuron in network.neurons {
            let incoming = network.incoming(neuron)
            let first = network.edges[incoming.lowerBound].source / 64
            let last = network.edges[incoming.upperBound - 1].source / 64
            let span = Span(first: first, count: last - first + 1, start: masks.count, fanIn: incoming.count)
            masks += [UInt64](repeating: 0, count: span.count)
            signs += [UInt64](repeating: 0, count: span.count)
            for edge in incoming {
                let source = network.edges[edge].source
                let (word, bit) = (span.start + source / 64 - first, 1 << UInt64(source % 64) as UInt64)
                masks[word] |= bit
                if weights[edge] { signs[word] |= bit }
            }
            spans.append(span)
        }
        (self.spans, self.masks, self.signs) = (spans, masks, signs)
    }

    /// Sums of the outputs for every row: [row × outputs].
    /// - Precondition: rows as wide as the network has inputs.
    public func sums(_ rows: PackedRows) -> [Int] {
        let outputs = network.outputs.map { $0 - network.firstNeuron }
        var result: [Int] = []
        result.reserveCapacity(rows.count * outputs.count)
        forEachRow(rows) { _, sums in for output in outputs { result.append(sums[output]) } }
        return result
    }

    /// Sums of all neurons, row after row.
    /// - Precondition: rows as wide as the network has inputs.
    func forEachRow(_ rows: PackedRows, _ body: (_ row: Int, _ sums: [Int]) -> Void) {
        precondition(rows.width == network.inputs, "rows of \(rows.width) values for a network of \(network.inputs) inputs")
        var sums = [Int](repeating: 0, count: network.neurons.count)
        var state = [UInt64](repeating: 0, count: stateWords)
        for row in 0..<rows.count {
            for word in 0..<stateWords { state[word] = word < rows.wordsPerRow ? rows.words[row * rows.wordsPerRow + word] : 0 }
            if network.hasBias { state[network.inputs / 64] |= 1 << UInt64(network.inputs % 64) }
            for (index, span) in spans.enumerated() {
                var differing = 0
                for word in 0..<span.count {
                    differing += ((state[span.first + word] ^ signs[span.start + word]) & masks[span.start + word]).nonzeroBitCount
                }
                let z = span.fanIn - 2 * differing
                let unit = network.firstNeuron + index
                if z >= 0 { state[unit / 64] |= 1 << UInt64(unit % 64) }
                sums[index] = z
            }
            body(row, sums)
        }
    }

    /// Classes: with one output 1 where its sum is at least 0, else 0; with several the largest sum's, the first of equal ones.
    public func labels(_ rows: PackedRows) -> [Int] {
        let sums = sums(rows)
        let outputs = network.outputs.count
        return outputs == 1 ? sums.map { $0 >= 0 ? 1 : 0 } : Self.largest(sums, of: outputs)
    }

    /// Row by row the place of the largest sum, the first of equal ones.
    static func largest(_ sums: [Int], of outputs: Int) -> [Int] {
        stride(from: 0, to: sums.count, by: outputs).map { start in
            (start..<start + outputs).reduce(start) { sums[$1] > sums[$0] ? $1 : $0 } - start
        }
    }

    /// The share of items whose class it finds, out of those of the task's classes.
    /// - Throws: `SpinDataError` when the task's classes do not exist.
    public func accuracy(on data: LabelledSpins, _ task: ClassTask) throws(SpinDataError) -> Double {
        let wanted = Set(try task.classes(of: data.name, count: data.classCount))
        let data = data.selecting(data.labels.indices.filter { wanted.contains(data.labels[$0]) })
        guard data.count > 0 else { throw .noItems(data.name) }
        let targets =
            switch task {
            case .all: data.labels
            case .pair(let a, _), .oneAgainstRest(let a): data.labels.map { $0 == a ? 1 : 0 }
            }
        return LabelledSpins.accuracy(labels(PackedRows(data)), targets)
    }
}
