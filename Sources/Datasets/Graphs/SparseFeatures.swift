public import BitCore

/// Features of nodes, of which most are 0, as compressed rows: the columns of a row ascend, and a value is never 0.
public struct SparseFeatures: Sendable, Hashable {
    public let rowStarts: [Int]
    public let columns: [Int32]
    public let values: [Float]
    public let columnCount: Int

    /// - Precondition: row starts ascend from 0 to the number of columns and values; columns of a row ascend below `columnCount`.
    init(rowStarts: [Int], columns: [Int32], values: [Float], columnCount: Int) {
        precondition(rowStarts.last == columns.count && columns.count == values.count, "\(columns.count) columns and \(values.count) values")
        (self.rowStarts, self.columns, self.values, self.columnCount) = (rowStarts, columns, values, columnCount)
    }

    /// Feature i of node i is 1, all others 0: what a node has that has nothing but itself.
    static func identity(_ count: Int) -> SparseFeatures {
        SparseFeatures(
            rowStarts: Array(0...count), columns: (0..<count).map(Int32.init), values: Array(repeating: 1, count: count), columnCount: count)
    }

    public var rowCount: Int { rowStarts.count - 1 }
    public var entryCount: Int { columns.count }

    /// True of a row of zeros.
    public func isEmpty(_ row: Int) -> Bool { rowStarts[row] == rowStarts[row + 1] }
}

extension SparseFeatures {
    /// Signs and mean magnitudes of the standardised features x̂ = (x − μ)/√(σ² + ε), with mean μ and biased variance σ² of a column over all
    /// nodes: batch norm without affine in a pass over the whole graph, and the binary activation x̂ ≈ α·sign(x̂), α = mean|x̂| of a node,
    /// behind it (Bi-GCN: Wang et al., CVPR 2021, arXiv 2010.07565). Neither has anything to learn, so both are done once. Sums are in Double,
    /// in the order of the entries; sign(0) = +1, which is what a column without any entry gives.
    public func standardisedSigns(epsilon: Double = 1e-5) -> (signs: PackedTensor, scales: [Float]) {
        let n = Double(Swift.max(rowCount, 1))
        var (sums, squares) = ([Double](repeating: 0, count: columnCount), [Double](repeating: 0, count: columnCount))
        for (column, value) in zip(columns, values) {
            sums[Int(column)] += Double(value)
            squares[Int(column)] += Double(value) * Double(value)
        }
        let means = sums.map { $0 / n }
        let inverse = zip(squares, means).map { 1 / (Swift.max($0 / n - $1 * $1, 0) + epsilon).squareRoot() }
        // What a row of zeros gives; entries change it.
        let zeros = zip(means, inverse).map { -$0 * $1 }
        let zeroMagnitude = zeros.reduce(0) { $0 + $1.magnitude }
        var signs = PackedTensor(minusOnes: [rowCount, columnCount])
        let stride = signs.wordsPerRow
        var zeroWords = [UInt64](repeating: 0, count: stride)
        for (column, value) in zeros.enumerated() where value >= 0 { zeroWords[column / 64] |= 1 << UInt64(column % 64) }
        var scales: [Float] = []
        scales.reserveCapacity(rowCount)
        signs.withUnsafeMutableWords { words in
            for row in 0..<rowCount {
                for word in 0..<stride { words[row * stride + word] = zeroWords[word] }
                var magnitude = zeroMagnitude
                for entry in rowStarts[row]..<rowStarts[row + 1] {
                    let column = Int(columns[entry])
                    let value = (Double(values[entry]) - means[column]) * inverse[column]
                    magnitude += value.magnitude - zeros[column].magnitude
                    let (word, bit) = (row * stride + column / 64, UInt64(1) << UInt64(column % 64))
                    if value >= 0 { words[word] |= bit } else { words[word] &= ~bit }
                }
                scales.append(Float(magnitude / Double(Swift.max(columnCount, 1))))
            }
        }
        return (signs, scales)
    }
}
