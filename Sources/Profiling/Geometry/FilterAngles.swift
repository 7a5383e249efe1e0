internal import Foundation

/// Angles between latent filters w and their signs: cos θ = Σ|wᵢ| / (√d·‖w‖).
///
/// For a filter whose direction is uniform, cos θ tends to E|g| / √E g² = √(2/π) as d grows, so θ to 37.07°. By the delta method, with
/// Var|g| = 1 − 2/π, Var g² = 2 and Cov(|g|, g²) = √(2/π), cos θ has variance (1 − 3/π)/d, and θ the deviation √((1 − 3/π)/(1 − 2/π)) / √d radians,
/// 20.2°/√d (Anderson & Berg, arXiv 1705.07199, for the limit and the exponent).
public struct FilterAngles: Sendable, Hashable, Codable {
    /// arccos √(2/π), in degrees.
    public static let limit = acos((2 / Double.pi).squareRoot()) * 180 / .pi

    /// Deviation of one filter's angle in degrees, times √d.
    public static let spread = ((1 - 3 / Double.pi) / (1 - 2 / Double.pi)).squareRoot() * 180 / .pi

    public var filters: Int
    /// Weights of a filter.
    public var depth: Int
    /// Filters that are zero everywhere: they have no direction, and count nowhere else.
    public var silent: Int
    /// Degrees, over the filters.
    public var mean: Double
    public var deviation: Double
    public var least: Double
    public var greatest: Double
    /// What random filters of this depth would have.
    public var expectedDeviation: Double
    /// How many standard errors of random filters lie between the mean and 37.07°.
    public var standardErrors: Double

    /// - Precondition: whole filters of at least one weight.
    public init(_ weights: [Float], depth: Int) {
        precondition(depth > 0 && weights.count % depth == 0, "\(weights.count) weights in filters of \(depth)")
        var angles: [Double] = []
        let all = weights.count / depth
        for filter in 0..<all {
            var (sum, squares) = (0.0, 0.0)
            for weight in weights[filter * depth..<(filter + 1) * depth] {
                sum += Double(abs(weight))
                squares += Double(weight) * Double(weight)
            }
            guard squares > 0 else { continue }
            angles.append(acos(Swift.min(1, sum / (Double(depth) * squares).squareRoot())) * 180 / .pi)
        }
        (filters, self.depth, silent) = (all, depth, all - angles.count)
        let count = Double(Swift.max(angles.count, 1))
        let mean = angles.reduce(0, +) / count
        self.mean = mean
        deviation = (angles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Swift.max(count - 1, 1)).squareRoot()
        (least, greatest) = (angles.min() ?? 0, angles.max() ?? 0)
        expectedDeviation = Self.spread / Double(depth).squareRoot()
        standardErrors = angles.isEmpty ? 0 : (mean - Self.limit) / (expectedDeviation / count.squareRoot())
    }
}

/// How latent weights are spread.
public struct WeightHistogram: Sendable, Hashable, Codable {
    /// Bins of equal width from −bound to bound.
    public var bound: Double
    public var counts: [Int]
    /// Share of the weights at −1 or +1 and beyond, where clipped ones end.
    public var atOne: Double
    /// Mean of |w|.
    public var meanMagnitude: Double

    /// - Precondition: an even number of bins.
    public init(_ weights: [Float], bins: Int = 40) {
        precondition(bins > 0 && bins % 2 == 0, "\(bins) bins")
        let greatest = weights.reduce(Float(0)) { Swift.max($0, abs($1)) }
        bound = greatest > 0 && greatest.isFinite ? Double(greatest) : 1
        counts = Array(repeating: 0, count: bins)
        var (sum, edge) = (0.0, 0)
        for weight in weights where weight.isFinite {
            let place = (Double(weight) / bound + 1) / 2 * Double(bins)
            counts[Swift.min(bins - 1, Swift.max(0, Int(place)))] += 1
            sum += Double(abs(weight))
            if abs(weight) >= 1 { edge += 1 }
        }
        atOne = Double(edge) / Double(Swift.max(weights.count, 1))
        meanMagnitude = sum / Double(Swift.max(weights.count, 1))
    }
}
