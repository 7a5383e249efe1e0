public import Profiling
internal import Report

/// What `spinflip bench` reports.
public struct BenchmarkReport: Codable, Sendable, Hashable {
    public var rows: [BenchmarkRow]
    /// False when it was stopped before the last row.
    public var isComplete: Bool

    /// Of training: seconds of every step.
    public var steps: [Double]?
    /// Of training: the most memory that was resident, in bytes.
    public var peakBytes: Int?

    public init(rows: [BenchmarkRow], isComplete: Bool, steps: [Double]? = nil, peakBytes: Int? = nil) {
        (self.rows, self.isComplete, self.steps, self.peakBytes) = (rows, isComplete, steps, peakBytes)
    }

    public var text: String {
        var table = TextTable([
            .text("what"), .text("shape"), .text("on"), .number("threads"), .number("median"), .number("min – max"), .number("rate"), .text(""),
            .number("roof"), .number("of roof"),
        ])
        for row in rows {
            table.append([
                row.name, row.shape, row.isa, "\(row.threads)", Self.time(row.seconds.median), Self.time(row.seconds.min) + " – " + Self.time(row.seconds.max),
                NumberText.compact(row.rate), row.unit, row.roof.map { NumberText.compact($0) } ?? "",
                row.fraction.map { NumberText.percent($0, places: 0) } ?? "",
            ])
        }
        let memory = peakBytes.map { "\npeak memory of the steps: \(NumberText.compact(Double($0) / 1e6)) MB" } ?? ""
        return table.render() + memory + (isComplete ? "" : "\nstopped early")
    }

    /// `12.3 µs`.
    private static func time(_ seconds: Double) -> String {
        for (unit, scale) in [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)] where seconds >= scale { return NumberText.compact(seconds / scale) + " " + unit }
        return NumberText.compact(seconds * 1e9) + " ns"
    }
}
