/// Consecutive runs of variables that one call of a kernel sweeps: a fraction of a millisecond of work, so that limits of time are kept
/// for any size of model.
struct LaneSlice: Sendable {
    var runs: Range<Int>
    var variables: Int

    /// Variables of a run at most.
    static let runLength = 1 << 13
    /// Terms and variables that one call touches; the poorest variant takes some milliseconds for that.
    static let mostWork = 1 << 16

    static func cut(_ runs: [(variables: Int, work: Int)]) -> [LaneSlice] {
        var slices: [LaneSlice] = []
        var begun = 0
        var variables = 0
        var work = 0
        for (index, run) in runs.enumerated() {
            variables += run.variables
            work += run.work
            if work >= mostWork || index == runs.count - 1 {
                slices.append(LaneSlice(runs: begun..<(index + 1), variables: variables))
                (begun, variables, work) = (index + 1, 0, 0)
            }
        }
        return slices
    }
}
