/// How far runs of one setting scatter over seeds, judged from all settings of a table together.
///
/// s² = Σ (nᵢ − 1)·sᵢ² / ν with ν = Σ (nᵢ − 1), the mean square within groups of an analysis of variance (Fisher 1925). It assumes that all
/// settings scatter alike, and is for tables of many settings with two seeds each: two values alone have one degree of freedom and t = 12.7,
/// sixteen pairs have sixteen and t = 2.12.
public struct PooledScatter: Sendable, Hashable, Codable {
    /// s, of single runs.
    public var deviation: Double
    /// ν.
    public var degrees: Int

    /// - Returns: nil where no group has two values.
    public init?(_ groups: [[Double]]) {
        var squares = 0.0
        var degrees = 0
        for group in groups {
            guard let deviation = MeanInterval(group)?.standardDeviation else { continue }
            squares += Double(group.count - 1) * deviation * deviation
            degrees += group.count - 1
        }
        guard degrees > 0 else { return nil }
        self.degrees = degrees
        deviation = (squares / Double(degrees)).squareRoot()
    }

    /// Half the width of the 95 % interval of the mean of `count` runs: t·s/√n.
    public func halfWidth(of count: Int) -> Double { quantile * deviation / Double(count).squareRoot() }

    /// Half the width of the 95 % interval of the difference of two means of `count` runs: t·s·√(2/n). Means that are farther apart differ.
    public func halfWidth(ofDifferences count: Int) -> Double { quantile * deviation * (2 / Double(count)).squareRoot() }

    /// Student's two-sided p-value of a difference of two means of `count` runs; nil where nothing scatters.
    public func pValue(of difference: Double, _ count: Int) -> Double? {
        guard deviation > 0 else { return nil }
        return max(0, 1 - MeanInterval.central(abs(difference) / (deviation * (2 / Double(count)).squareRoot()), degrees: degrees))
    }

    private var quantile: Double { MeanInterval.quantile(degrees: degrees) }
}
