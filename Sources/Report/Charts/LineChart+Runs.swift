extension LineChart {
    /// The curve that says most of training runs, over each other: test accuracy where it was measured, else what was. nil without epochs.
    public init?(runs: [RunLog]) {
        guard let chart = HTMLReport.curves(HTMLReport.withDistinctNames(runs)).first else { return nil }
        self = chart
    }
}
