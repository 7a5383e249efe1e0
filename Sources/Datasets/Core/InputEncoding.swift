/// How the bytes of an item become the numbers a network sees. Written as text (`scaled:128:7`, `binarised:100`) in configurations.
public enum InputEncoding: Hashable, Sendable {
    /// x = (q − zeroPoint) · 2^−shift. A power of two and an integer offset keep every x, and every sum of ±x that a first layer
    /// forms, exact in Float32: with |q − zeroPoint| ≤ 255, up to 65,793 terms stay below 2^24 units.
    case scaled(zeroPoint: Int, shift: Int)
    /// x = +1 where q ≥ threshold, else −1.
    case binarised(threshold: UInt8)

    /// Range of `zeroPoint`: a byte.
    public static let zeroPoints = 0...255
    /// Range of `shift`: more than 8 only makes all inputs small.
    public static let shifts = 0...16

    /// The number a byte stands for.
    public func value(_ byte: UInt8) -> Float {
        switch self {
        case .scaled(let zeroPoint, let shift): Float(Int(byte) - zeroPoint) / Float(1 << shift)
        case .binarised(let threshold): byte >= threshold ? 1 : -1
        }
    }

    /// The number for each of the 256 bytes.
    public var table: [Float] { (0...255).map { value(UInt8($0)) } }
}

extension InputEncoding: CustomStringConvertible, LosslessStringConvertible, Codable {
    public var description: String {
        switch self {
        case .scaled(let zeroPoint, let shift): "scaled:\(zeroPoint):\(shift)"
        case .binarised(let threshold): "binarised:\(threshold)"
        }
    }

    /// Reads what `description` writes; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("scaled", 3):
            guard let zeroPoint = Int(parts[1]), Self.zeroPoints.contains(zeroPoint), let shift = Int(parts[2]), Self.shifts.contains(shift)
            else { return nil }
            self = .scaled(zeroPoint: zeroPoint, shift: shift)
        case ("binarised", 2):
            guard let threshold = UInt8(parts[1]) else { return nil }
            self = .binarised(threshold: threshold)
        default: return nil
        }
    }

    /// Reads the forms of the command line: besides those of `description`, `standard` and `binarised` stand for what is
    /// recommended for the data set.
    public init(parsing text: String, recommended: RecommendedEncodings) throws(DatasetError) {
        switch text {
        case "standard": self = recommended.standard
        case "binarised": self = recommended.binarised
        default:
            guard let encoding = InputEncoding(text) else {
                throw DatasetError(
                    "input encoding \"\(text)\"",
                    .badOption("is not known; use standard, binarised, binarised:THRESHOLD (0...255) or scaled:ZEROPOINT:SHIFT (0...255, 0...16)"))
            }
            self = encoding
        }
    }

    public init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard let encoding = InputEncoding(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\"\(text)\" is no input encoding"))
        }
        self = encoding
    }

    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

/// What a data set is usually fed as.
public struct RecommendedEncodings: Hashable, Sendable {
    /// For `standard`.
    public var standard: InputEncoding
    /// For `binarised` without a threshold.
    public var threshold: UInt8

    public init(standard: InputEncoding, threshold: UInt8) {
        self.standard = standard
        self.threshold = threshold
    }

    public var binarised: InputEncoding { .binarised(threshold: threshold) }

    /// Bytes that use their whole range, such as images: x in [−1, 1).
    public static let bytes = RecommendedEncodings(standard: .scaled(zeroPoint: 128, shift: 7), threshold: 128)
    /// The digits, 0…16: x in [−1, 1].
    public static let digits = RecommendedEncodings(standard: .scaled(zeroPoint: 8, shift: 3), threshold: 8)
    /// Bytes that are 0 or 1: x = ±1.
    public static let bits = RecommendedEncodings(standard: .binarised(threshold: 1), threshold: 1)

    /// For bytes in `range`: the middle of the range goes to 0, the half width to at most 1. Ranges within 0…1 are bits.
    public init(range: ClosedRange<UInt8>) {
        let (low, high) = (Int(range.lowerBound), Int(range.upperBound))
        guard high > 1 else {
            self = .bits
            return
        }
        let zeroPoint = (low + high + 1) / 2
        let reach = Swift.max(zeroPoint - low, high - zeroPoint)
        var shift = 0
        while 1 << shift < reach { shift += 1 }
        self.init(standard: .scaled(zeroPoint: zeroPoint, shift: shift), threshold: UInt8(zeroPoint))
    }
}
