internal import BitCore
internal import DenseMath

/// One pair of matrices, to be multiplied in every layout an engine accepts.
struct DenseCase {
    let rows: Int
    let columns: Int
    let depth: Int
    /// rows × depth.
    var a: [Float]
    /// depth × columns.
    let b: [Float]
    /// What C holds before: rows × columns integers.
    let initial: [Float]

    init(_ size: (Int, Int, Int), using generator: inout SeededGenerator, element: (inout SeededGenerator) -> Float) {
        (rows, columns, depth) = size
        a = (0..<rows * depth).map { _ in element(&generator) }
        b = (0..<depth * columns).map { _ in element(&generator) }
        initial = (0..<rows * columns).map { _ in Float(generator.index(below: 201) - 100) }
    }

    func variants(precisions: [MatrixPrecision]) -> [MatrixProduct] {
        var result: [MatrixProduct] = []
        for precision in precisions {
            for flags in 0..<8 {
                result.append(
                    MatrixProduct(
                        rows: rows, columns: columns, depth: depth, transposeA: flags & 1 != 0, transposeB: flags & 2 != 0,
                        accumulate: flags & 4 != 0, precision: precision))
            }
        }
        return result
    }

    /// A·B in Double from operands rounded as asked, or Σ|a·b|.
    func oracle(_ precision: MatrixPrecision = .float32, magnitudes: Bool = false) -> [Double] {
        func operand(_ x: Float) -> Double {
            let value = Double(precision == .bfloat16 ? Self.bfloat16(x) : x)
            return magnitudes ? abs(value) : value
        }
        let (a, b) = (a.map(operand), b.map(operand))
        var result = [Double](repeating: 0, count: rows * columns)
        for i in 0..<rows {
            for k in 0..<depth {
                let factor = a[i * depth + k]
                for j in 0..<columns { result[i * columns + j] += factor * b[k * columns + j] }
            }
        }
        return result
    }

    /// The nearest float whose lower 16 bits are 0, ties to even, found by comparing both neighbours.
    static func bfloat16(_ x: Float) -> Float {
        guard x.isFinite else { return x }
        let below = Float(bitPattern: x.bitPattern & 0xFFFF_0000)
        let above = Float(bitPattern: (x.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
        let (down, up) = (abs(Double(x) - Double(below)), abs(Double(above) - Double(x)))
        if down != up { return down < up ? below : above }
        return below.bitPattern & 0x1_0000 == 0 ? below : above
    }

    /// Runs the product with operands laid out as it says, one float off any alignment, and watches the elements around C.
    func run(_ product: MatrixProduct, on engine: any DenseEngine, parallel: Parallel, _ log: inout ViolationLog) -> [Float] {
        let left = [0] + (product.transposeA ? Self.transposed(a, rows: rows, columns: depth) : a)
        let right = [0] + (product.transposeB ? Self.transposed(b, rows: depth, columns: columns) : b)
        let guardValue: Float = -12345
        // Without accumulation, what C holds must not matter: NaN would show.
        let before = product.accumulate ? initial : [Float](repeating: .nan, count: rows * columns)
        var target = [guardValue] + before + [Float](repeating: guardValue, count: 64)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                target.withUnsafeMutableBufferPointer { target in
                    engine.multiply(
                        product, left.baseAddress! + 1, right.baseAddress! + 1, target.baseAddress! + 1, parallel: parallel)
                }
            }
        }
        let end = 1 + rows * columns
        if target[0] != guardValue || target[end...].contains(where: { $0 != guardValue }) { log.add("\(product) wrote outside of C") }
        return Array(target[1..<end])
    }

    private static func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
        (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
    }
}
