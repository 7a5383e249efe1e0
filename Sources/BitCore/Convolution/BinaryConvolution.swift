internal import CKernels

/// A ±1 kernel laid out for convolutions of packed images. Made from a packed OHWI kernel once, or once a step while it is trained.
///
/// A row of bits under the window is the taps' channels one after the other, each tap starting on a word; the bits between are 0 in image
/// and kernel alike and count for nothing. So a convolution is the binary product of these rows and the kernel's.
public struct BinaryConvolution: Sendable {
    public let geometry: ConvolutionGeometry
    /// One a group.
    let panels: [BinaryPanels]
    /// Words of a tap of one group.
    let wordsPerTap: Int
    /// What a border position's sums need, with `.zero` padding.
    let border: ZeroBorder?
    /// Which pixel each tap reads.
    let map: PatchMap

    /// - Precondition: the kernel has the geometry's shape, and K is below 2^24.
    public init(_ kernel: PackedTensor, _ geometry: ConvolutionGeometry) {
        precondition(
            kernel.shape.rows == geometry.kernel.rows && kernel.shape.columns == geometry.kernel.columns,
            "a packed kernel of shape \(kernel.shape) for a convolution with \(geometry.kernel)")
        self.geometry = geometry
        wordsPerTap = kernel.wordsPerRow
        map = .forward(geometry.positions)
        let (outputs, words) = (geometry.outputs / geometry.groups, geometry.window.taps * wordsPerTap)
        panels = kernel.withUnsafeWords { bits in
            (0..<geometry.groups).map { group in
                BinaryPanels(bits.baseAddress! + group * outputs * words, outputs: outputs, words: words, depth: geometry.depth)
            }
        }
        border = geometry.padding == .zero ? ZeroBorder(kernel, geometry) : nil
    }
}

/// Corrections that turn "bits outside the image are 0", which reads as −1, into "values outside the image are 0": a position whose window
/// has taps T outside lacks Σ over T and channels of w. Positions with the same taps outside share a row of corrections.
struct ZeroBorder: Sendable {
    /// For each row of positions, and each column, which set of taps lies inside.
    private let rowClass: [Int]
    private let columnClass: [Int]
    private let columnClasses: Int
    private let outputs: Int
    /// [class of rows × class of columns × outputs]; the class without taps outside has zeros.
    let corrections: [Int32]
    private let isInner: [Bool]

    init(_ kernel: PackedTensor, _ geometry: ConvolutionGeometry) {
        let (positions, window) = (geometry.positions, geometry.window)
        outputs = geometry.outputs
        func classes(_ count: Int, _ taps: Int, _ source: (Int, Int) -> Int?) -> (of: [Int], masks: [[Bool]]) {
            var known: [[Bool]: Int] = [:]
            var masks: [[Bool]] = []
            let of = (0..<count).map { place in
                let mask = (0..<taps).map { source(place, $0) != nil }
                if let index = known[mask] { return index }
                known[mask] = masks.count
                masks.append(mask)
                return masks.count - 1
            }
            return (of, masks)
        }
        let rows = classes(positions.height, window.height) { positions.sourceRow($0, tap: $1) }
        let columns = classes(positions.width, window.width) { positions.sourceColumn($0, tap: $1) }
        (rowClass, columnClass, columnClasses) = (rows.of, columns.of, columns.masks.count)
        // Σ over the channels of a tap: what the tap adds where all inputs are +1.
        let (words, channels) = (kernel.wordsPerRow, geometry.kernel.columns)
        let sums = kernel.withUnsafeWords { bits in
            (0..<kernel.shape.rows).map { row in
                2 * (0..<words).reduce(0) { $0 + bits[row * words + $1].nonzeroBitCount } - channels
            }
        }
        var corrections: [Int32] = []
        var isInner: [Bool] = []
        for down in rows.masks {
            for across in columns.masks {
                let outside = (0..<window.taps).filter { !(down[$0 / window.width] && across[$0 % window.width]) }
                isInner.append(outside.isEmpty)
                for output in 0..<geometry.outputs {
                    corrections.append(Int32(outside.reduce(0) { $0 + sums[output * window.taps + $1] }))
                }
            }
        }
        self.corrections = corrections
        self.isInner = isInner
    }

    /// Where the corrections of a position begin; nil when all of its taps lie inside.
    func offset(_ y: Int, _ x: Int) -> Int? {
        let index = rowClass[y] * columnClasses + columnClass[x]
        return isInner[index] ? nil : index * outputs
    }
}
