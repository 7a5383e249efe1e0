internal import BitCore

/// A lower bound from eigenvalues, for models that are too large to be solved.
///
/// With a spin more for the fields, E = ½·zᵀAz, z ∈ {−1, +1}^N, A symmetric with zeros on the diagonal. As zᵢ² = 1, for any u
///
///     E(z) = ½·zᵀ(A − diag u)·z + ½·Σu ≥ ½·(N·λ_min(A − diag u) + Σu)
///
/// Some steps of a subgradient method choose u (Σu = 0; the maximum over u is the bound of the semidefinite relaxation: Delorme and Poljak, Math.
/// Programming 62, 557, 1993). Estimates of eigenvalues come from above, so the one that is used is proved: A − diag u − λ·1 has a Cholesky
/// factorisation only where it is positive definite.
struct SpectralBound {
    static let variableLimit = 1000

    private let size: Int
    private var matrix: [Double]

    init(_ terms: QuadraticTerms) {
        size = terms.variables + 1
        matrix = [Double](repeating: 0, count: size * size)
        for (variable, field) in terms.linear.enumerated() { set(0, variable + 1, field) }
        for edge in 0..<terms.interactions { set(Int(terms.first[edge]) + 1, Int(terms.second[edge]) + 1, terms.weights[edge]) }
    }

    private mutating func set(_ i: Int, _ j: Int, _ value: Double) {
        matrix[i * size + j] = value
        matrix[j * size + i] = value
    }

    /// The bound, the offset left out; nil when the search was stopped, or nothing could be proved.
    /// - Parameter poll: called every millisecond of work; false ends it.
    func value(_ poll: () -> Bool) -> Double? {
        // The largest sum of a row: all eigenvalues lie within ± that.
        let radius = (0..<size).reduce(0.0) { Swift.max($0, matrix[($1 * size)..<(($1 + 1) * size)].reduce(0) { $0 + $1.magnitude }) }
        guard radius > 0, radius.isFinite else { return radius == 0 ? 0 : nil }
        var u = [Double](repeating: 0, count: size)
        var generator = SeededGenerator(seed: 0).split("spectral bound")
        var v = (0..<size).map { _ in Double(generator.uniform()) - 0.5 }
        var (best, bestU, bestLeast) = (-Double.infinity, u, 0.0)
        for round in 0..<30 {
            guard let least = least(u, &v, steps: round == 0 ? 200 : 40, radius: 2 * radius, poll) else { return nil }
            let bound = 0.5 * Double(size) * least
            if bound > best { (best, bestU, bestLeast) = (bound, u, least) }
            // Where the eigenvector is large, u falls.
            let step = 0.5 * least.magnitude / Double(round + 1)
            for i in 0..<size { u[i] += step * (1 - Double(size) * v[i] * v[i]) / 2 }
            let mean = u.reduce(0, +) / Double(size)
            for i in 0..<size { u[i] = Swift.max(-radius / 2, Swift.min(radius / 2, u[i] - mean)) }
        }
        // The margin also covers the rounding of the factorisation.
        for margin in [1e-3, 1e-2, 0.1] {
            let proved = bestLeast - margin * radius * 0.1 - margin * bestLeast.magnitude
            guard let isPositive = isPositive(bestU, proved, poll) else { return nil }
            if isPositive { return 0.5 * (Double(size) * proved + bestU.reduce(0, +)) - radius * Double(size) * 1e-12 }
        }
        return nil
    }

    /// λ_min(A − diag u) by power iteration on radius·1 − (A − diag u), from above, and its vector.
    private func least(_ u: [Double], _ v: inout [Double], steps: Int, radius: Double, _ poll: () -> Bool) -> Double? {
        var value = 0.0
        for _ in 0..<steps {
            guard poll() else { return nil }
            let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else { return nil }
            var next = [Double](repeating: 0, count: size)
            value = 0
            for i in 0..<size {
                var sum = -u[i] * v[i]
                for j in 0..<size { sum += matrix[i * size + j] * v[j] }
                value += v[i] * sum
                next[i] = radius * v[i] - sum
            }
            value /= norm * norm
            v = next
            let scale = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for i in 0..<size { v[i] /= scale }
        }
        return value
    }

    /// Whether A − diag u − least·1 is positive definite.
    private func isPositive(_ u: [Double], _ least: Double, _ poll: () -> Bool) -> Bool? {
        var factor = matrix
        for i in 0..<size { factor[i * size + i] -= u[i] + least }
        for column in 0..<size {
            guard poll() else { return nil }
            let pivot = factor[column * size + column]
            guard pivot > 0 else { return false }
            for row in (column + 1)..<Swift.max(size, column + 1) {
                let share = factor[row * size + column] / pivot
                guard share != 0 else { continue }
                for k in column..<size { factor[row * size + k] -= share * factor[column * size + k] }
            }
        }
        return true
    }
}
