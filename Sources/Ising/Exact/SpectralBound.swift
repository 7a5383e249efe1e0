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
    static let variableLimit = 400

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
            guard let least = least(u, &v, poll) else { return nil }
            let bound = 0.5 * Double(size) * least
            if bound > best { (best, bestU, bestLeast) = (bound, u, least) }
            // Where the eigenvector is large, u falls.
            let step = 0.5 * least.magnitude / Double(round + 1)
            for i in 0..<size { u[i] += step * (1 - Double(size) * v[i] * v[i]) / 2 }
            let mean = u.reduce(0, +) / Double(size)
            for i in 0..<size { u[i] = Swift.max(-radius / 2, Swift.min(radius / 2, u[i] - mean)) }
        }
        // The margin also covers the rounding of the factorisation.
        for margin in [1e-4, 1e-3, 1e-2, 0.1] {
            let proved = bestLeast - margin * (bestLeast.magnitude + 0.01 * radius)
            guard let isPositive = isPositive(bestU, proved, poll) else { return nil }
            if isPositive { return 0.5 * (Double(size) * proved + bestU.reduce(0, +)) - radius * Double(size) * 1e-12 }
        }
        return nil
    }

    /// λ_min(A − diag u), from above but close, and its unit vector: Lanczos steps from v.
    private func least(_ u: [Double], _ v: inout [Double], _ poll: () -> Bool) -> Double? {
        var basis: [[Double]] = []
        var (diagonal, beside): ([Double], [Double]) = ([], [])
        var next = v
        while diagonal.count < Swift.min(size, 48) {
            guard poll() else { return nil }
            let norm = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if let first = diagonal.first, norm <= 1e-10 * (first.magnitude + 1) { break }
            if !diagonal.isEmpty { beside.append(norm) }
            let unit = next.map { $0 / norm }
            basis.append(unit)
            next = (0..<size).map { i in
                var sum = -u[i] * unit[i]
                for j in 0..<size { sum += matrix[i * size + j] * unit[j] }
                return sum
            }
            diagonal.append(zip(next, unit).reduce(0) { $0 + $1.0 * $1.1 })
            // Against all vectors so far: rounding would bring them back.
            for _ in 0..<2 {
                for old in basis {
                    let part = zip(next, old).reduce(0) { $0 + $1.0 * $1.1 }
                    for i in 0..<size { next[i] -= part * old[i] }
                }
            }
        }
        beside = Array(beside.prefix(diagonal.count - 1))
        let (value, small) = Self.least(diagonal, beside)
        v = (0..<size).map { i in zip(basis, small).reduce(0) { $0 + $1.0[i] * $1.1 } }
        let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm > 0, norm.isFinite else { return nil }
        v = v.map { $0 / norm }
        return value
    }

    /// The least eigenvalue of a tridiagonal matrix by bisection, and its vector by two steps of inverse iteration.
    private static func least(_ diagonal: [Double], _ beside: [Double]) -> (Double, [Double]) {
        let count = diagonal.count
        let radius = diagonal.reduce(0) { Swift.max($0, $1.magnitude) } + 2 * beside.reduce(0) { Swift.max($0, $1) }
        /// Whether T − x·1 is positive definite.
        func isBelow(_ x: Double) -> Bool {
            var pivot = diagonal[0] - x
            for k in 1..<Swift.max(1, count) {
                guard pivot > 0 else { return false }
                pivot = diagonal[k] - x - beside[k - 1] * beside[k - 1] / pivot
            }
            return pivot > 0
        }
        var (low, high) = (-radius - 1, radius + 1)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if isBelow(middle) { low = middle } else { high = middle }
        }
        var vector = [Double](repeating: 1, count: count)
        let shift = low - 1e-9 * (radius + 1)
        for _ in 0..<2 {
            var pivots = [Double](repeating: 0, count: count)
            for k in 0..<count {
                pivots[k] = diagonal[k] - shift - (k > 0 ? beside[k - 1] * beside[k - 1] / pivots[k - 1] : 0)
                if k > 0 { vector[k] -= beside[k - 1] / pivots[k - 1] * vector[k - 1] }
            }
            for k in stride(from: count - 1, through: 0, by: -1) {
                vector[k] = (vector[k] - (k + 1 < count ? beside[k] * vector[k + 1] : 0)) / pivots[k]
            }
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            vector = vector.map { $0 / norm }
        }
        return (low, vector)
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
