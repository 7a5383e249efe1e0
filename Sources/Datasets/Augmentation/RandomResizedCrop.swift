internal import BitCore

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Cuts a random rectangle out of an image and brings it to the old size: its share of the area is uniform in `area`, its aspect ratio
/// log-uniform in ¾…4⁄3, its place uniform (C. Szegedy et al., "Going Deeper with Convolutions", arXiv 1409.4842). When ten draws do not fit, the
/// centre square is taken. Of image folders the rectangle is cut from the picture as it lies in the file.
public struct RandomResizedCrop: Sendable, Hashable {
    public let area: ClosedRange<Double>

    /// - Precondition: shares in (0, 1].
    public init(area: ClosedRange<Double> = 0.08...1) {
        precondition(area.lowerBound > 0 && area.upperBound <= 1, "a share \(area) of the area")
        self.area = area
    }

    func region(_ height: Int, _ width: Int, _ stream: inout SeededGenerator) -> ImageRegion {
        for _ in 0..<10 {
            let share = area.lowerBound + (area.upperBound - area.lowerBound) * Double(stream.uniform())
            let ratio = exp(log(4.0 / 3) * (2 * Double(stream.uniform()) - 1))
            let pixels = Double(height * width) * share
            let (w, h) = (Int((pixels * ratio).squareRoot().rounded()), Int((pixels / ratio).squareRoot().rounded()))
            guard (1...width).contains(w), (1...height).contains(h) else { continue }
            let top = stream.index(below: height - h + 1)
            return ImageRegion(top: top, left: stream.index(below: width - w + 1), height: h, width: w)
        }
        return .centre(height: height, width: width)
    }
}

extension RandomResizedCrop: ImageStage {
    var streamName: String { "random-resized-crop" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        ImageResampling.apply(source, extent, region(extent.height, extent.width, &stream), to: target, extent.height, extent.width)
    }
}
