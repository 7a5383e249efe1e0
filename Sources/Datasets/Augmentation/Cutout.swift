internal import BitCore

/// Sets a square to the middle grey 128, which most encodings turn into 0. Its centre is uniform over the pixels, so at the border part of it
/// lies outside (T. DeVries, G. W. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", arXiv 1708.04552).
public struct Cutout: Sendable, Hashable {
    /// Side of the square in pixels.
    public let side: Int

    /// - Precondition: at least 1.
    public init(side: Int) {
        precondition(side >= 1, "a square of \(side) pixels")
        self.side = side
    }
}

extension Cutout: ImageStage {
    var streamName: String { "cutout" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        target.baseAddress!.update(from: source.baseAddress!, count: extent.count)
        let top = stream.index(below: extent.height) - side / 2
        let left = stream.index(below: extent.width) - side / 2
        let columns = max(0, left)..<min(extent.width, left + side)
        for y in max(0, top)..<min(extent.height, top + side) {
            (target.baseAddress! + (y * extent.width + columns.lowerBound) * extent.channels)
                .update(repeating: 128, count: columns.count * extent.channels)
        }
    }
}
