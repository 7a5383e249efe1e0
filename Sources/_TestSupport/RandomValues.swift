public import BitCore

extension Tensor {
    /// Standard normal elements.
    public static func normal(_ shape: Shape, _ generator: inout SeededGenerator) -> Tensor {
        Tensor((0..<shape.count).map { _ in generator.normal() }, shape: shape)
    }
}

extension PackedTensor {
    /// Fair coins.
    public static func random(_ shape: Shape, _ generator: inout SeededGenerator) -> PackedTensor {
        var result = PackedTensor(minusOnes: shape)
        for row in 0..<shape.rows {
            for column in 0..<shape.columns { result[row, column] = generator.next() & 1 == 1 }
        }
        return result
    }
}
