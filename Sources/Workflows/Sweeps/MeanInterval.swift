internal import Foundation

/// The mean of a few measurements with its 95 % confidence interval.
///
/// mean ± t·s/√n with s the standard deviation (n − 1 in the denominator) and t the 0.975 quantile of Student's distribution with n − 1
/// degrees of freedom (Student 1908). It assumes that seeds scatter normally; with three seeds t is 4.30, so the interval is wide, as it should be.
public struct MeanInterval: Sendable, Hashable, Codable {
    public var count: Int
    public var mean: Double
    public var median: Double
    /// nil for a single measurement, which says nothing about scatter.
    public var standardDeviation: Double?
    /// Half the width of the interval; nil for a single measurement.
    public var halfWidth: Double?

    /// - Returns: nil for no values.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let n = Double(values.count)
        count = values.count
        let mean = values.reduce(0, +) / n
        self.mean = mean
        let sorted = values.sorted()
        median = (sorted[(values.count - 1) / 2] + sorted[values.count / 2]) / 2
        guard values.count > 1 else { return }
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
        standardDeviation = deviation
        halfWidth = Self.quantile(degrees: values.count - 1) * deviation / n.squareRoot()
    }

    public var lower: Double? { halfWidth.map { mean - $0 } }
    public var upper: Double? { halfWidth.map { mean + $0 } }

    /// The difference a − b of two methods over the same seeds: the interval of the mean of the differences seed by seed. Seeds fix initial
    /// values and the order of the items for both, so what they share cancels.
    public static func paired(_ a: [UInt64: Double], _ b: [UInt64: Double]) -> MeanInterval? {
        MeanInterval(a.keys.filter { b[$0] != nil }.sorted().map { (a[$0] ?? 0) - (b[$0] ?? 0) })
    }

    /// The two-sided p-value of Student's test that the mean is 0: the probability of a |mean| this large, or larger, if the values scatter normally
    /// about 0. nil for a single value, and where all are 0.
    public var pValue: Double? {
        guard count > 1, let deviation = standardDeviation, mean != 0 || deviation > 0 else { return nil }
        guard deviation > 0 else { return 0 }
        return Swift.max(0, 1 - Self.central(abs(mean) * Double(count).squareRoot() / deviation, degrees: count - 1))
    }

    // MARK: Student's distribution

    /// The 0.975 quantile of Student's t: the t with P(|T| ≤ t) = 0.95.
    /// - Parameter degrees: of freedom, at least 1.
    static func quantile(degrees: Int) -> Double {
        var (low, high) = (0.0, 20.0)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if central(middle, degrees: degrees) < 0.95 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// P(|T| ≤ t), by the finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4, with θ = atan(t/√ν).
    static func central(_ t: Double, degrees: Int) -> Double {
        let theta = atan(t / Double(degrees).squareRoot())
        let (sine, cosine) = (sin(theta), cos(theta))
        let isOdd = degrees % 2 == 1
        var term = isOdd ? cosine : 1
        var sum = 0.0
        // ν odd: cos θ (1 + 2/3 cos² θ + 2·4/(3·5) cos⁴ θ + …); even: 1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + …, up to cos^(ν − 2).
        var k = isOdd ? 1 : 0
        while k <= degrees - 2 {
            sum += term
            term *= cosine * cosine * Double(k + 1) / Double(k + 2)
            k += 2
        }
        return isOdd ? 2 / Double.pi * (theta + sine * sum) : sine * sum
    }
}
