internal import BitCore

/// Changes brightness, contrast and saturation, in this order, each by a factor uniform in 1 ± its bound: x·b; (x − m)·c + m with m the image's mean
/// grey; (x − g)·s + g with g the pixel's grey 0.299 R + 0.587 G + 0.114 B. Each result is cut to 0…255. Images of other than three channels have their
/// mean for grey, and no saturation.
public struct ColourJitter: Sendable, Hashable {
    public let brightness: Double
    public let contrast: Double
    public let saturation: Double

    /// - Precondition: bounds in 0…1.
    public init(brightness: Double, contrast: Double, saturation: Double) {
        precondition([brightness, contrast, saturation].allSatisfy { (0...1).contains($0) }, "bounds \(brightness), \(contrast), \(saturation)")
        (self.brightness, self.contrast, self.saturation) = (brightness, contrast, saturation)
    }
}

extension ColourJitter: ImageStage {
    var streamName: String { "colour" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        func factor(_ bound: Double) -> Float { Float(1 + bound * (2 * Double(stream.uniform()) - 1)) }
        let (b, c, s) = (factor(brightness), factor(contrast), factor(saturation))
        func cut(_ value: Float) -> Float { max(0, min(255, value)) }
        let channels = extent.channels
        withUnsafeTemporaryAllocation(of: Float.self, capacity: extent.count) { values in
            for i in 0..<extent.count { values[i] = cut(Float(source[i]) * b) }
            func grey(_ pixel: Int) -> Float {
                if channels == 3 { return 0.299 * values[pixel * 3] + 0.587 * values[pixel * 3 + 1] + 0.114 * values[pixel * 3 + 2] }
                return values[pixel * channels..<(pixel + 1) * channels].reduce(0, +) / Float(channels)
            }
            let pixels = extent.height * extent.width
            var sum = 0.0
            for pixel in 0..<pixels { sum += Double(grey(pixel)) }
            let mean = Float(sum / Double(pixels))
            for i in 0..<extent.count { values[i] = cut((values[i] - mean) * c + mean) }
            if channels == 3 {
                for pixel in 0..<pixels {
                    let grey = grey(pixel)
                    for i in pixel * 3..<pixel * 3 + 3 { values[i] = cut((values[i] - grey) * s + grey) }
                }
            }
            for i in 0..<extent.count { target[i] = UInt8(values[i].rounded()) }
        }
    }
}
