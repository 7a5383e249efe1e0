public import Ising
internal import Report

/// What `spinflip qubo train` reports.
public struct DiscreteTrainingReport: Encodable, Sendable, Hashable {
    /// A number, or null: the key is there in any case.
    public struct Nullable: Encodable, Sendable, Hashable {
        public var value: Double?

        public init(_ value: Double?) { self.value = value }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if let value { try container.encode(value) } else { try container.encodeNil() }
        }
    }

    /// Of the form that was searched.
    public var variables: Int
    /// Terms of two variables or more; 0 of the form `weights`, which has none.
    public var interactions: Int
    public var form: String
    /// The objective of the weights, by a forward pass.
    public var energy: Double
    /// Wrong output values.
    public var trainErrors: Int
    public var trainAccuracy: Double
    /// On the data's test part, null where it has none of these classes.
    public var testAccuracy: Nullable
    public var meanMargin: Double
    /// Proved: no weights have a lower objective.
    public var optimal: Bool
    /// Of everything.
    public var seconds: Double
    public var solver: String
    /// Why the search ended.
    public var status: SampleSet.StopReason
    public var lowerBound: Double?
    /// Errors that no weights avoid, because samples contradict each other.
    public var errorFloor: Int
    public var layers: String
    public var weights: Int
    public var dataset: String
    public var samples: Int
    public var testSamples: Int
    public var solvingSeconds: Double
    public var updates: Int
    public var seed: UInt64
    public var notes: [String]
    public var warnings: [String]
    public var details: [String: String]
    /// Where the weights were written; nil unless asked for.
    public var weightsPath: String?

    /// False when it was stopped before any of its limits.
    public var isComplete: Bool { status != .cancelled }

    public var text: String {
        var rows: [(String, String)] = [
            ("network", "\(layers), \(NumberText.grouped(weights)) weights, on \(samples) samples of \(dataset)"),
            (
                "searched",
                "\(form): \(NumberText.grouped(variables)) variables"
                    + (interactions > 0 ? ", \(NumberText.grouped(interactions)) interactions" : "") + ", by \(solver), seed \(seed)"
            ),
            (
                "training",
                "\(trainErrors) error\(trainErrors == 1 ? "" : "s")" + (errorFloor > 0 ? " (at least \(errorFloor))" : "")
                    + ", \(NumberText.percent(trainAccuracy)) right, mean margin \(NumberText.decimal(meanMargin, 3))"
            ),
            ("test", testAccuracy.value.map { "\(NumberText.percent($0)) of \(NumberText.grouped(testSamples))" } ?? "no samples to test on"),
            ("objective", SolveReport.number(energy) + (optimal ? ", proved optimal" : lowerBound.map { ", at least \(SolveReport.number($0))" } ?? "")),
            ("time", "\(SolveReport.time(solvingSeconds)) of \(SolveReport.time(seconds))" + (isComplete ? "" : "; stopped")),
        ]
        rows += details.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        if let weightsPath { rows.append(("written", weightsPath)) }
        rows += notes.map { ("note", $0) }
        var table = TextTable([.text(""), .text("")])
        for row in rows { table.append([row.0, row.1]) }
        return table.render()
    }
}
