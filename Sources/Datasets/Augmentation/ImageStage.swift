internal import BitCore

/// One step of an augmentation pipeline on one image: reads `source`, writes all of `target`, draws from `stream` alone.
protocol ImageStage: Sendable {
    /// Names the stage's random stream, so it must not change.
    var streamName: String { get }

    /// - Precondition: both buffers hold `extent.count` bytes and do not overlap.
    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator)
}
