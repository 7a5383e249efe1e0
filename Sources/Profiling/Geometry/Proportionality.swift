internal import Foundation

/// How well A·sign(W) stands in for A·W over pairs of an input and a filter; or sign(A)·sign(W) for A·sign(W).
///
/// If inputs point anywhere, the correlation is the cosine of the filters' angle to their signs, about √(2/π) = 0.80, and the two differ in sign in a share
/// θ/π of the pairs, about 21 %. Data do not point anywhere: what they add or take away is seen beside the same inputs with their elements permuted.
public struct Proportionality: Sendable, Hashable, Codable {
    public var pairs: Int
    /// Pearson's r.
    public var correlation: Double
    /// Of the least-squares line of A·W over A·sign(W), or of A·sign(W) over sign(A)·sign(W).
    public var slope: Double
    /// Share of the pairs that differ in sign; 0 counts as +1.
    public var signDisagreement: Double

    /// What is needed of pairs seen one at a time.
    struct Sums {
        private var (n, x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        private var disagreements = 0

        /// - Parameters:
        ///   - signs: the product with the signs of W, or of A.
        ///   - reals: the same with what they are the signs of.
        mutating func add(signs: Double, reals: Double) {
            n += 1
            x += signs
            y += reals
            xx += signs * signs
            yy += reals * reals
            xy += signs * reals
            if (signs >= 0) != (reals >= 0) { disagreements += 1 }
        }

        var result: Proportionality {
            let count = Swift.max(n, 1)
            let (covariance, vx, vy) = (xy / count - x * y / count / count, xx / count - x * x / count / count, yy / count - y * y / count / count)
            return Proportionality(
                pairs: Int(n), correlation: vx > 0 && vy > 0 ? covariance / (vx * vy).squareRoot() : 0, slope: vx > 0 ? covariance / vx : 0,
                signDisagreement: Double(disagreements) / count)
        }
    }

    /// Products of rows of inputs with filters, and the same with the elements of every row permuted.
    /// - Parameters:
    ///   - inputs: rows of `depth` values.
    ///   - weights: latent filters of `depth` weights.
    static func of(
        _ inputs: [Float], _ weights: [Float], depth: Int, permuting permutation: (Int) -> [Int]
    ) -> (plain: Proportionality, permuted: Proportionality) {
        precondition(depth > 0 && inputs.count % depth == 0 && weights.count % depth == 0)
        var (plain, permuted) = (Sums(), Sums())
        let (rows, filters) = (inputs.count / depth, weights.count / depth)
        for row in 0..<rows {
            let straight = Array(inputs[row * depth..<(row + 1) * depth])
            let shuffled = permutation(depth).map { straight[$0] }
            for filter in 0..<filters {
                let (a, b) = products(straight, shuffled, weights, filter * depth)
                plain.add(signs: a.signs, reals: a.reals)
                permuted.add(signs: b.signs, reals: b.reals)
            }
        }
        return (plain.result, permuted.result)
    }

    /// Products of the filters' signs with rows of signs, and with the numbers before them.
    /// - Precondition: as many numbers as signs.
    static func of(signs: [Float], reals: [Float], _ weights: [Float], depth: Int) -> Proportionality {
        precondition(depth > 0 && signs.count == reals.count && signs.count % depth == 0 && weights.count % depth == 0)
        let filters = weights.map { $0 >= 0 ? 1 as Float : -1 }
        var sums = Sums()
        for row in stride(from: 0, to: signs.count, by: depth) {
            for filter in stride(from: 0, to: filters.count, by: depth) {
                var (a, b) = (0.0, 0.0)
                for i in 0..<depth {
                    a += Double(signs[row + i] * filters[filter + i])
                    b += Double(reals[row + i] * filters[filter + i])
                }
                sums.add(signs: a, reals: b)
            }
        }
        return sums.result
    }

    private typealias Pair = (signs: Double, reals: Double)

    private static func products(_ x: [Float], _ y: [Float], _ weights: [Float], _ first: Int) -> (Pair, Pair) {
        var (a, b) = ((signs: 0.0, reals: 0.0), (signs: 0.0, reals: 0.0))
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                weights.withUnsafeBufferPointer { w in
                    for i in 0..<x.count {
                        let weight = Double(w[first + i])
                        let (u, v) = (Double(x[i]), Double(y[i]))
                        a.reals += u * weight
                        b.reals += v * weight
                        a.signs += weight >= 0 ? u : -u
                        b.signs += weight >= 0 ? v : -v
                    }
                }
            }
        }
        return (a, b)
    }
}
