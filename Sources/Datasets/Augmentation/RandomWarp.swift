internal import BitCore

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Turns, zooms and moves each image a little, each uniformly within its bound, about the image's centre. Pixels are interpolated between
/// their four neighbours; beyond the border is 0.
public struct RandomWarp: Sendable, Hashable {
    /// Pixels each way; fractions count.
    public let shift: Double
    /// Degrees each way.
    public let rotation: Double
    /// Share each way: 0.1 zooms by 0.9…1.1.
    public let zoom: Double

    /// - Precondition: no bound is negative or not finite, and the zoom is below 1.
    public init(shift: Double = 0, rotation: Double = 0, zoom: Double = 0) {
        precondition(
            shift >= 0 && shift.isFinite && rotation >= 0 && rotation.isFinite && zoom >= 0 && zoom < 1,
            "a warp by \(shift) pixels, \(rotation) degrees and \(zoom)")
        (self.shift, self.rotation, self.zoom) = (shift, rotation, zoom)
    }

    /// Where each pixel of one image comes from: an affine map, p ↦ A·(p − centre) + centre − d.
    private struct Map {
        let height: Int
        let width: Int
        let a: (xx: Float, xy: Float, yx: Float, yy: Float)
        let origin: (x: Float, y: Float)

        init(_ warp: RandomWarp, height: Int, width: Int, _ stream: inout SeededGenerator) {
            (self.height, self.width) = (height, width)
            func draw(_ bound: Double) -> Double { bound * (2 * Double(stream.uniform()) - 1) }
            let (dx, dy) = (draw(warp.shift), draw(warp.shift))
            let angle = draw(warp.rotation) * .pi / 180
            let factor = 1 / (1 + draw(warp.zoom))
            let (c, s) = (cos(angle) * factor, sin(angle) * factor)
            a = (Float(c), Float(s), Float(-s), Float(c))
            let (cx, cy) = (Double(width - 1) / 2, Double(height - 1) / 2)
            origin = (Float(cx - c * cx - s * cy - dx), Float(cy + s * cx - c * cy - dy))
        }

        func apply(_ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>) {
            let channels = source.count / (height * width)
            func pixel(_ y: Int, _ x: Int, _ channel: Int) -> Float {
                y >= 0 && y < height && x >= 0 && x < width ? Float(source[(y * width + x) * channels + channel]) : 0
            }
            for y in 0..<height {
                for x in 0..<width {
                    let sx = a.xx * Float(x) + a.xy * Float(y) + origin.x
                    let sy = a.yx * Float(x) + a.yy * Float(y) + origin.y
                    // Beyond the neighbours of the border everything is 0; this also keeps the conversion in range.
                    guard sx > -1, sy > -1, sx < Float(width), sy < Float(height) else { continue }
                    let (x0, y0) = (Int(sx.rounded(.down)), Int(sy.rounded(.down)))
                    let (fx, fy) = (sx - Float(x0), sy - Float(y0))
                    for channel in 0..<channels {
                        let top = pixel(y0, x0, channel) * (1 - fx) + pixel(y0, x0 + 1, channel) * fx
                        let bottom = pixel(y0 + 1, x0, channel) * (1 - fx) + pixel(y0 + 1, x0 + 1, channel) * fx
                        target[(y * width + x) * channels + channel] = UInt8((top * (1 - fy) + bottom * fy).rounded())
                    }
                }
            }
        }
    }
}

extension RandomWarp: ImageStage {
    var streamName: String { "warp" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        target.update(repeating: 0)
        Map(self, height: extent.height, width: extent.width, &stream).apply(source, target)
    }
}
