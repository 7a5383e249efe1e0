internal import BitCore

/// One way to change training images, written as text: `pad-crop:4`, `flip`, `cutout:8`, `random-resized-crop:0.08:1`, `colour:0.4:0.4:0.4`,
/// `lighting:0.1`, `warp:0.5:10:0.1`.
public enum Augmentation: Sendable, Hashable {
    case padCrop(PadCrop)
    case flip
    case cutout(Cutout)
    case randomResizedCrop(RandomResizedCrop)
    case colour(ColourJitter)
    case lighting(Lighting)
    case warp(RandomWarp)

    var stage: any ImageStage {
        switch self {
        case .padCrop(let stage): stage
        case .flip: HorizontalFlip()
        case .cutout(let stage): stage
        case .randomResizedCrop(let stage): stage
        case .colour(let stage): stage
        case .lighting(let stage): stage
        case .warp(let stage): stage
        }
    }
}

extension Augmentation: LosslessStringConvertible {
    public var description: String {
        switch self {
        case .padCrop(let stage): "pad-crop:\(stage.pixels)"
        case .flip: "flip"
        case .cutout(let stage): "cutout:\(stage.side)"
        case .randomResizedCrop(let stage): "random-resized-crop:\(stage.area.lowerBound):\(stage.area.upperBound)"
        case .colour(let stage): "colour:\(stage.brightness):\(stage.contrast):\(stage.saturation)"
        case .lighting(let stage): "lighting:\(stage.deviation)"
        case .warp(let stage): "warp:\(stage.shift):\(stage.rotation):\(stage.zoom)"
        }
    }

    /// The forms, for messages.
    public static let forms =
        "pad-crop:PIXELS, flip, cutout:SIDE, random-resized-crop[:LEAST:MOST], colour:BRIGHTNESS:CONTRAST:SATURATION, lighting:DEVIATION or "
        + "warp:PIXELS[:DEGREES[:ZOOM]]"

    /// Reads the text form; nil when it is none or a number is out of range. Numbers at the end of a warp may be left out, and the shares of a
    /// random resized crop.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let numbers = parts.dropFirst().compactMap { part in Double(part).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }
        guard numbers.count == parts.count - 1 else { return nil }
        switch (parts[0], numbers.count) {
        case ("pad-crop", 1):
            guard let pixels = Int(parts[1]), pixels <= 1024 else { return nil }
            self = .padCrop(PadCrop(pixels: pixels))
        case ("flip", 0): self = .flip
        case ("cutout", 1):
            guard let side = Int(parts[1]), (1...65_536).contains(side) else { return nil }
            self = .cutout(Cutout(side: side))
        case ("random-resized-crop", 0): self = .randomResizedCrop(RandomResizedCrop())
        case ("random-resized-crop", 2):
            guard numbers[0] > 0, numbers[0] <= numbers[1], numbers[1] <= 1 else { return nil }
            self = .randomResizedCrop(RandomResizedCrop(area: numbers[0]...numbers[1]))
        case ("colour", 3), ("color", 3):
            guard numbers.allSatisfy({ $0 <= 1 }) else { return nil }
            self = .colour(ColourJitter(brightness: numbers[0], contrast: numbers[1], saturation: numbers[2]))
        case ("lighting", 1):
            guard numbers[0] <= 1 else { return nil }
            self = .lighting(Lighting(deviation: numbers[0]))
        case ("warp", 1...3):
            let all = numbers + [0, 0]
            guard all[0] <= 1024, all[1] <= 180, all[2] <= 0.9 else { return nil }
            self = .warp(RandomWarp(shift: all[0], rotation: all[1], zoom: all[2]))
        default: return nil
        }
    }
}
