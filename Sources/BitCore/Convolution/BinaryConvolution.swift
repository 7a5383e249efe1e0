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
    /// Which pixel each tap reads; nil where positions times taps are too many to list, and are found row by row.
    let map: PatchMap?

    /// 64 MiB of them.
    private static let mostSources = 1 << 24

    /// - Precondition: the kernel has the geometry's shape, and K is below 2^24.
    public init(_ kernel: PackedTensor, _ geometry: ConvolutionGeometry) {
        precondition(
            kernel.shape.rows == geometry.kernel.rows && kernel.shape.columns == geometry.kernel.columns,
            "a packed kernel of shape \(kernel.shape) for a convolution with \(geometry.kernel)")
        self.geometry = geometry
        wordsPerTap = kernel.wordsPerRow
        map = geometry.positions.positions <= Self.mostSources / geometry.window.taps ? .forward(geometry.positions) : nil
        let (outputs, words) = (geometry.outputs / geometry.groups, geometry.window.taps * wordsPerTap)
        panels = kernel.withUnsafeWords { bits in
            (0..<geometry.groups).map { group in
                BinaryPanels(bits.baseAddress! + group * outputs * words, outputs: outputs, words: words, depth: geometry.depth)
            }
        }
        border = geometry.padding == .zero ? ZeroBorder(kernel, geometry) : nil
    }
}
