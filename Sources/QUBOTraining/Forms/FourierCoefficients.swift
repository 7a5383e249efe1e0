/// A function of the sum of n signs, or of signs with integer factors, as a multilinear polynomial of them:
///
///     f(y) = Σ_{S ⊆ 1…n} c_S · Π_{u ∈ S} y_u,   c_S = 2^−n · Σ_y f(y) · Π_{u ∈ S} y_u
///
/// (O'Donnell, "Analysis of Boolean Functions", 2014, §1.2). For the sum of equal factors c_S depends on |S| alone, and is a sum over the n
/// + 1 values that the sum has, with Krawtchouk's polynomials; the sign of an odd number of signs has odd |S| alone.
enum FourierCoefficients {
    /// c by size, for a function of Σ y. Exact while 2^n·f is: all values are integers over 2^n.
    /// - Parameter value: f at a sum.
    static func symmetric(_ n: Int, _ value: (Int) -> Double) -> [Double] {
        // row[j]: coefficient of x^j in (1 − x)^k (1 + x)^(n−k), the sum over all y with j signs −1 of the product of k of them.
        var row = [Double](repeating: 0, count: n + 1)
        row[0] = 1
        for _ in 0..<n { for j in stride(from: n, to: 0, by: -1) { row[j] += row[j - 1] } }
        let scale = Double(sign: .plus, exponent: -n, significand: 1)
        var result: [Double] = []
        for k in 0...n {
            result.append(scale * (0...n).reduce(0.0) { $0 + row[$1] * value(n - 2 * $1) })
            guard k < n else { break }
            // Divided by (1 + x), times (1 − x).
            var carry = 0.0
            for j in 0...n {
                carry = row[j] - carry
                row[j] = carry
            }
            for j in stride(from: n, to: 0, by: -1) { row[j] -= row[j - 1] }
        }
        return result
    }

    /// c by mask, bit u of which says whether y_u is in S, for a function of Σ factors[u]·y_u: the Walsh-Hadamard transform of all 2^n
    /// values.
    static func general(_ factors: [Int], _ value: (Int) -> Double) -> [Double] {
        let count = 1 << factors.count
        var result = [Double](repeating: 0, count: count)
        let total = factors.reduce(0, +)
        for mask in 0..<count {
            // Bit set: the sign is −1.
            var sum = total
            for (u, factor) in factors.enumerated() where mask >> u & 1 == 1 { sum -= 2 * factor }
            result[mask] = value(sum)
        }
        var width = 1
        while width < count {
            for start in stride(from: 0, to: count, by: 2 * width) {
                for place in start..<start + width {
                    let (a, b) = (result[place], result[place + width])
                    result[place] = a + b
                    result[place + width] = a - b
                }
            }
            width *= 2
        }
        let scale = 1 / Double(count)
        return result.map { $0 * scale }
    }
}
