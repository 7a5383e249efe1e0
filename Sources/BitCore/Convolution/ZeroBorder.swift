/// Corrections that turn "bits outside the image are 0", which reads as −1, into "values outside the image are 0": a position whose window
/// has taps T outside lacks Σ over T and channels of w. Positions with the same taps inside share a row of corrections.
struct ZeroBorder: Sendable {
    private let rows: TapClasses
    private let columns: TapClasses
    private let outputs: Int
    /// [class of rows × class of columns × outputs].
    let corrections: [Int32]

    init(_ kernel: PackedTensor, _ geometry: ConvolutionGeometry) {
        let (positions, window) = (geometry.positions, geometry.window)
        outputs = geometry.outputs
        rows = TapClasses(
            count: positions.height, taps: window.height, window, margin: positions.margins.top, extent: geometry.image[0])
        columns = TapClasses(
            count: positions.width, taps: window.width, window, margin: positions.margins.left, extent: geometry.image[1])
        let (words, channels) = (kernel.wordsPerRow, geometry.kernel.columns)
        var corrections = [Int32](repeating: 0, count: rows.ranges.count * columns.ranges.count * outputs)
        // prefix[i][j]: Σ of w over the channels of taps above i and left of j; the sum over a rectangle of taps is four of them.
        let stride = window.width + 1
        var prefix = [Int](repeating: 0, count: (window.height + 1) * stride)
        for output in 0..<outputs {
            kernel.withUnsafeWords { bits in
                for i in 0..<window.height {
                    var line = 0
                    for j in 0..<window.width {
                        let tap = (output * window.taps + i * window.width + j) * words
                        line += 2 * (0..<words).reduce(0) { $0 + bits[tap + $1].nonzeroBitCount } - channels
                        prefix[(i + 1) * stride + j + 1] = prefix[i * stride + j + 1] + line
                    }
                }
            }
            for (down, i) in rows.ranges.enumerated() {
                for (across, j) in columns.ranges.enumerated() {
                    let inside =
                        prefix[i.upperBound * stride + j.upperBound] - prefix[i.lowerBound * stride + j.upperBound]
                        - prefix[i.upperBound * stride + j.lowerBound] + prefix[i.lowerBound * stride + j.lowerBound]
                    corrections[(down * columns.ranges.count + across) * outputs + output] = Int32(prefix[prefix.count - 1] - inside)
                }
            }
        }
        self.corrections = corrections
    }

    /// Where the corrections of a position begin; nil when all of its taps lie inside.
    func offset(_ y: Int, _ x: Int) -> Int? {
        let (down, across) = (rows.of[y], columns.of[x])
        if rows.ranges[down].count == rows.taps && columns.ranges[across].count == columns.taps { return nil }
        return (down * columns.ranges.count + across) * outputs
    }
}

/// Positions along one side of an image, sorted by which of their taps lie inside: taps that follow each other.
private struct TapClasses: Sendable {
    let taps: Int
    /// The class of each position.
    private(set) var of: [Int] = []
    /// The taps inside, for each class.
    private(set) var ranges: [Range<Int>] = []

    init(count: Int, taps: Int, _ window: Window, margin: Int, extent: Int) {
        self.taps = taps
        var known: [Range<Int>: Int] = [:]
        for position in 0..<count {
            // Tap i reads pixel start + i·dilation.
            let start = position * window.stride - margin
            let first = start >= 0 ? 0 : min((window.dilation - 1 - start) / window.dilation, taps)
            let end = start >= extent ? 0 : min((extent - 1 - start) / window.dilation + 1, taps)
            let range = first..<max(first, end)
            let index = known[range] ?? ranges.count
            if index == ranges.count {
                known[range] = index
                ranges.append(range)
            }
            of.append(index)
        }
    }
}
