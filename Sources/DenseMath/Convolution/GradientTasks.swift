internal import BitCore

/// A kernel's gradient cut into pieces that the patch kernel does best with, more and smaller ones when there are fewer than threads.
struct GradientTasks {
    private let outputs: Int
    private let columns: Int
    private let size: (outputs: Int, columns: Int)
    private let down: Int
    private let across: Int
    let count: Int

    /// - Parameter isWide: pieces for sums by tables, which are made for each output again in each piece of the columns.
    init(outputs: Int, columns: Int, groups: Int, threads: Int, isWide: Bool) {
        (self.outputs, self.columns) = (outputs, columns)
        let most = isWide ? PatchKernel.tableColumns : PatchKernel.gradientColumns
        // Whole registers of every variant's panels.
        let unit = isWide ? 64 : 48
        func pieces(_ extent: Int, _ size: Int) -> Int { (extent + size - 1) / size }
        /// Even shares of `extent`, in whole multiples.
        func share(_ extent: Int, _ most: Int, multiple: Int) -> Int {
            let share = pieces(extent, pieces(extent, most))
            return min(extent, pieces(share, multiple) * multiple)
        }
        var size = (outputs: share(outputs, PatchKernel.gradientOutputs, multiple: 8), columns: share(columns, most, multiple: unit))
        func count() -> Int { groups * pieces(outputs, size.outputs) * pieces(columns, size.columns) }
        // An uneven number of tasks for the threads idles some of them at the end.
        while count() % threads != 0, count() < 4 * threads {
            if size.outputs > 32 {
                size.outputs = share(outputs, (size.outputs + 1) / 2, multiple: 8)
            } else if size.columns > unit {
                size.columns = share(columns, (size.columns + 1) / 2, multiple: unit)
            } else {
                break
            }
        }
        self.size = size
        down = pieces(outputs, size.outputs)
        across = pieces(columns, size.columns)
        self.count = count()
    }

    subscript(_ index: Int) -> (group: Int, outputs: Range<Int>, columns: Range<Int>) {
        let (group, block) = index.quotientAndRemainder(dividingBy: down * across)
        let (row, column) = block.quotientAndRemainder(dividingBy: across)
        return (
            group, row * size.outputs..<min((row + 1) * size.outputs, outputs), column * size.columns..<min((column + 1) * size.columns, columns)
        )
    }
}
