internal import BitCore

/// Changes the lighting as a whole (Krizhevsky, Sutskever, Hinton 2012, §4.1): to every pixel is added 255·Σₖ αₖ·λₖ·pₖ, with pₖ and λₖ the principal
/// components of ImageNet's colours (of RGB in 0…1) and their spread, and αₖ ~ N(0, deviation²) drawn once an image. Results are cut to 0…255. Images of
/// other than three channels stay as they are.
public struct Lighting: Sendable, Hashable {
    public let deviation: Double

    /// - Precondition: a deviation in 0…1. Published: 0.1.
    public init(deviation: Double) {
        precondition((0...1).contains(deviation), "deviation \(deviation)")
        self.deviation = deviation
    }

    /// λₖ, and pₖ as columns: the figures that ImageNet recipes share since fb.resnet.torch.
    static let spread: [Float] = [0.2175, 0.0188, 0.0045]
    static let components: [[Float]] = [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]
}

extension Lighting: ImageStage {
    var streamName: String { "lighting" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        guard extent.channels == 3 else {
            _ = target.update(fromContentsOf: source)
            return
        }
        let amounts = Self.spread.map { $0 * Float(deviation) * stream.normal() }
        let shifts = Self.components.map { row in 255 * (row[0] * amounts[0] + row[1] * amounts[1] + row[2] * amounts[2]) }
        for i in 0..<extent.count { target[i] = UInt8(max(0, min(255, Float(source[i]) + shifts[i % 3])).rounded()) }
    }
}
