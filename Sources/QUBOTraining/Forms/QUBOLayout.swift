/// Which bit of a QUBO is what: the weights first, then bits that rows share, then the same block of bits for every row of samples.
///
/// A block holds the activations of all neurons, a product a hidden edge, and the slack of every neuron; for the worst margin also, for
/// each neuron that is rewarded, the products of its activation with its slack, and what its margin has above the worst.
public struct QUBOLayout: Hashable, Sendable {
    /// What a bit is. Neurons are units of the network.
    public enum Variable: Hashable, Sendable {
        /// ω_e.
        case weight(Int)
        /// q_{v,j}: bit j of the worst margin of neuron v.
        case worst(neuron: Int, bit: Int)
        /// α_v.
        case activation(row: Int, neuron: Int)
        /// m = ω_e·α_u, for an edge e from neuron u.
        case product(row: Int, edge: Int)
        /// r_{v,j}: bit j of the neuron's shifted sum, but for the highest, which is α_v.
        case slack(row: Int, neuron: Int, bit: Int)
        /// α_v·r_{v,j}.
        case agreement(row: Int, neuron: Int, bit: Int)
        /// t_{v,j}: bit j of the neuron's margin less its worst.
        case excess(row: Int, neuron: Int, bit: Int)
    }

    public let weights: Int
    public let rows: Int
    /// Bits of worst margins.
    public let sharedBits: Int
    public let bitsPerRow: Int
    public var variables: Int { weights + sharedBits + rows * bitsPerRow }

    let firstNeuron: Int
    /// The bits of a block in order, as they are in row 0.
    private let block: [Variable]
    private let shared: [Variable]
    /// Place in a block: of the product of an edge, −1 for edges from inputs; of the first slack, agreement and excess of a neuron.
    private let productPlace: [Int32]
    private let slackPlace: [Int]
    private let agreementPlace: [Int]
    private let excessPlace: [Int]
    private let worstPlace: [Int]

    init(_ problem: SpinProblem) {
        let network = problem.network
        weights = network.weights
        rows = problem.samples.rows
        firstNeuron = network.firstNeuron
        var block = network.neurons.map { Variable.activation(row: 0, neuron: $0) }
        var productPlace = [Int32](repeating: -1, count: network.weights)
        for (edge, ends) in network.edges.enumerated() where ends.source >= network.firstNeuron {
            productPlace[edge] = Int32(block.count)
            block.append(.product(row: 0, edge: edge))
        }
        var shared: [Variable] = []
        var places: [[Int]] = [[], [], [], []]
        let worst = problem.objective.margin?.measure == .worst ? Set(problem.rewarded) : []
        for neuron in network.neurons {
            let bits = problem.facts(of: neuron).bits - 1
            places[0].append(block.count)
            for bit in 0..<bits { block.append(.slack(row: 0, neuron: neuron, bit: bit)) }
            let isWorst = worst.contains(neuron)
            places[1].append(isWorst ? block.count : -1)
            if isWorst { for bit in 0..<bits { block.append(.agreement(row: 0, neuron: neuron, bit: bit)) } }
            places[2].append(isWorst ? block.count : -1)
            if isWorst { for bit in 0..<bits { block.append(.excess(row: 0, neuron: neuron, bit: bit)) } }
            places[3].append(isWorst ? shared.count : -1)
            if isWorst { for bit in 0..<bits { shared.append(.worst(neuron: neuron, bit: bit)) } }
        }
        (self.block, self.shared, self.productPlace) = (block, shared, productPlace)
        (slackPlace, agreementPlace, excessPlace, worstPlace) = (places[0], places[1], places[2], places[3])
        sharedBits = shared.count
        bitsPerRow = block.count
    }

    /// The first bit of a row's block.
    public func start(ofRow row: Int) -> Int { weights + sharedBits + row * bitsPerRow }

    public func activation(row: Int, neuron: Int) -> Int { start(ofRow: row) + neuron - firstNeuron }
    /// - Precondition: the edge leads from a neuron.
    public func product(row: Int, edge: Int) -> Int {
        precondition(productPlace[edge] >= 0, "edge \(edge) leads from an input and has no product")
        return start(ofRow: row) + Int(productPlace[edge])
    }
    public func slack(row: Int, neuron: Int, bit: Int) -> Int { start(ofRow: row) + slackPlace[neuron - firstNeuron] + bit }
    /// Whether the worst margin of a neuron has bits.
    public func hasWorst(_ neuron: Int) -> Bool { worstPlace[neuron - firstNeuron] >= 0 }
    public func agreement(row: Int, neuron: Int, bit: Int) -> Int { start(ofRow: row) + agreementPlace[neuron - firstNeuron] + bit }
    public func excess(row: Int, neuron: Int, bit: Int) -> Int { start(ofRow: row) + excessPlace[neuron - firstNeuron] + bit }
    public func worst(neuron: Int, bit: Int) -> Int { weights + worstPlace[neuron - firstNeuron] + bit }

    /// What a bit is.
    public subscript(_ index: Int) -> Variable {
        precondition((0..<variables).contains(index), "variable \(index) of \(variables)")
        if index < weights { return .weight(index) }
        if index < weights + sharedBits { return shared[index - weights] }
        let (row, place) = (index - weights - sharedBits).quotientAndRemainder(dividingBy: bitsPerRow)
        switch block[place] {
        case .activation(_, let neuron): return .activation(row: row, neuron: neuron)
        case .product(_, let edge): return .product(row: row, edge: edge)
        case .slack(_, let neuron, let bit): return .slack(row: row, neuron: neuron, bit: bit)
        case .agreement(_, let neuron, let bit): return .agreement(row: row, neuron: neuron, bit: bit)
        case .excess(_, let neuron, let bit): return .excess(row: row, neuron: neuron, bit: bit)
        case .weight, .worst: preconditionFailure("bits that rows share in the block of a row")
        }
    }

    /// The names of all bits, in order.
    public var names: [String] { (0..<variables).map { "\(self[$0])" } }
}

extension QUBOLayout.Variable: CustomStringConvertible {
    /// `w[e]`, `a[row,neuron]`, `m[row,edge]`, `r[row,neuron,bit]`; `q[neuron,bit]`, `b[row,neuron,bit]` and `t[row,neuron,bit]` of worst
    /// margins.
    public var description: String {
        switch self {
        case .weight(let edge): "w[\(edge)]"
        case .worst(let neuron, let bit): "q[\(neuron),\(bit)]"
        case .activation(let row, let neuron): "a[\(row),\(neuron)]"
        case .product(let row, let edge): "m[\(row),\(edge)]"
        case .slack(let row, let neuron, let bit): "r[\(row),\(neuron),\(bit)]"
        case .agreement(let row, let neuron, let bit): "b[\(row),\(neuron),\(bit)]"
        case .excess(let row, let neuron, let bit): "t[\(row),\(neuron),\(bit)]"
        }
    }
}
