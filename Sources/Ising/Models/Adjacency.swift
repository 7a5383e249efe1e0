/// The neighbours of every variable in compressed rows: those of variable i are `neighbours[starts[i] ..< starts[i + 1]]`, in ascending
/// order, beside the weights of their couplings. Each coupling stands in two rows.
public struct Adjacency: Hashable, Sendable {
    public let starts: [Int]
    public let neighbours: [Int32]
    public let weights: [Double]

    /// Where the neighbours of a variable stand.
    public func row(_ variable: Int) -> Range<Int> { starts[variable]..<starts[variable + 1] }
    public func degree(_ variable: Int) -> Int { row(variable).count }

    /// - Precondition: the pairs are sorted by first and then by second variable.
    init(variables: Int, first: [Int32], second: [Int32], weights edgeWeights: [Double]) {
        var starts = [Int](repeating: 0, count: variables + 1)
        for edge in 0..<edgeWeights.count {
            starts[Int(first[edge]) + 1] += 1
            starts[Int(second[edge]) + 1] += 1
        }
        for variable in 0..<variables { starts[variable + 1] += starts[variable] }
        var next = starts
        var neighbours = [Int32](repeating: 0, count: 2 * edgeWeights.count)
        var weights = [Double](repeating: 0, count: 2 * edgeWeights.count)
        func put(_ row: Int32, _ neighbour: Int32, _ weight: Double) {
            let place = next[Int(row)]
            neighbours[place] = neighbour
            weights[place] = weight
            next[Int(row)] = place + 1
        }
        // Edges come by first variable, so lower neighbours arrive in order, and all of them before the higher ones when they go first.
        for edge in 0..<edgeWeights.count { put(second[edge], first[edge], edgeWeights[edge]) }
        for edge in 0..<edgeWeights.count { put(first[edge], second[edge], edgeWeights[edge]) }
        self.starts = starts
        self.neighbours = neighbours
        self.weights = weights
    }
}
