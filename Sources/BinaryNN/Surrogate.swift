internal import BitCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// The gradient that stands in for that of sign, which is zero almost everywhere. With x the value that was binarised and g the
/// gradient at the sign:
public enum Surrogate: Sendable, Hashable, Codable {
    /// Straight-through: g·1[|x| ≤ limit] (Bengio et al. 2013; Hubara et al. 2016, limit 1). What it keeps of x is one bit.
    case straightThrough(limit: Float = 1)
    /// ApproxSign: g·2(1 − |x|)·1[|x| ≤ 1], the derivative of a piecewise quadratic (Bi-Real Net, Liu et al. 2018). What layers keep of
    /// x are 16 bits (8 where gradients are bfloat16): the factor is rounded to steps of 2⁻¹⁴ (2/255).
    case approxSign
    /// SwishSign: g·β(2 − βx·tanh(βx/2))/(1 + cosh βx) (BNN+, Darabi et al. 2018, arXiv 1812.11800; β = 5).
    case swishSign(beta: Float = 5)

    /// The factor on the gradient at one value: the definition that the fast passes are tested against.
    public func derivative(at x: Float) -> Float {
        switch self {
        case .straightThrough(let limit): return x.magnitude <= limit ? 1 : 0
        case .approxSign: return x.magnitude <= 1 ? 2 * (1 - x.magnitude) : 0
        case .swishSign(let beta):
            // In Double: cosh overflows Float32 beyond |βx| ≈ 89, where the factor has long been 0.
            let z = Double(beta) * Double(x)
            guard z.magnitude < 700 else { return 0 }
            return Float(Double(beta) * (2 - z * tanh(z / 2)) / (1 + cosh(z)))
        }
    }

    /// The form that a batch norm's passes can apply on their way; nil when there is none.
    var fused: FusedSurrogate? {
        switch self {
        case .straightThrough(let limit): .straightThrough(limit: limit)
        case .approxSign: .approxSign
        case .swishSign: nil
        }
    }

    /// Short name: `ste`, `approxsign`, `swishsign`.
    public var name: String {
        switch self {
        case .straightThrough: "ste"
        case .approxSign: "approxsign"
        case .swishSign: "swishsign"
        }
    }

    public init?(named name: String) {
        switch name {
        case "ste": self = .straightThrough()
        case "approxsign": self = .approxSign
        case "swishsign": self = .swishSign()
        default: return nil
        }
    }

    public static let names = ["ste", "approxsign", "swishsign"]
}
