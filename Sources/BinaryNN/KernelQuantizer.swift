/// How a layer makes the weights it computes with from those it trains, and what that does to the gradient. With w a trained weight, q the
/// weight computed with and g = ∂loss/∂q.
public enum KernelQuantizer: Sendable, Hashable {
    /// q = w.
    case none
    /// q = sign(w), sign(0) = +1. The gradient passes unchanged: clipping w to [−1, 1] is the update rule's business.
    case sign
    /// BinaryConnect (Courbariaux et al. 2015): in training q = +1 with probability σ_h(w) = clip((w + 1)/2, 0, 1), else −1; in inference
    /// sign(w). The gradient passes unchanged.
    case stochasticSign
    /// Progressive binarisation (BoolNet, Guo et al. 2021): in training q = clamp(w/T, −1, 1) with the temperature T of the pass, which a schedule
    /// takes towards 0; in inference sign(w). Gradient g·1[|w| ≤ 1]. What is evaluated and shipped is the twin whose quantizer is `sign`.
    case progressive
    /// q = −1, 0, +1 as w < −Δ, |w| ≤ Δ, w > Δ (Li, Liu 2016; Larq's SteTern). Gradient g·1[|w| ≤ 1].
    case ternary(TernaryThreshold)
    /// DoReFa-Net (Zhou et al. 2016), k ≥ 2: q = 2·round_k(t/(2M) + ½) − 1 with t = tanh w, M = max|t| over the kernel and
    /// round_k(u) = round(u·(2^k − 1))/(2^k − 1). Gradient g·(1 − t²)/M, with M held constant.
    case doReFa(bits: Int)

    /// Δ of a ternary kernel.
    public enum TernaryThreshold: Sendable, Hashable {
        case fixed(Float = 0.05)
        /// Δ = share·mean|w| over the kernel.
        case meanMagnitude(share: Float = 0.7)
    }

    /// What the layers do with weights of this encoding when nothing else is asked for.
    public static func standard(for encoding: ParameterEncoding) -> KernelQuantizer { encoding == .real ? .none : .sign }

    /// Reads `sign`, `stochastic`, `progressive`, `ternary` (Δ = 0.05), `ternary-mean` (Δ = 0.7·mean|w|) and `dorefa:K`, K from 2 to 16 bits.
    public init?(named name: String) {
        switch name {
        case "sign": self = .sign
        case "stochastic": self = .stochasticSign
        case "progressive": self = .progressive
        case "ternary": self = .ternary(.fixed())
        case "ternary-mean": self = .ternary(.meanMagnitude())
        default:
            guard name.hasPrefix("dorefa:"), let bits = Int(name.dropFirst(7)), Self.bitWidths.contains(bits) else { return nil }
            self = .doReFa(bits: bits)
        }
    }

    public static let names = ["sign", "stochastic", "progressive", "ternary", "ternary-mean", "dorefa:BITS"]

    /// Of DoReFa kernels.
    public static let bitWidths = 2...16

    /// The encodings it reads: signs are drawn from latent weights, levels from plain reals.
    public func reads(_ encoding: ParameterEncoding) -> Bool {
        switch self {
        case .none, .ternary, .doReFa: encoding == .real
        case .sign: encoding != .real
        case .stochasticSign, .progressive: encoding == .latentBinary
        }
    }

    /// True where q is ±1, in training too.
    var isSign: Bool { self == .sign || self == .stochasticSign }

    /// True where q is ±1 in inference: one bit a weight in a shipped model.
    public var shipsAsSigns: Bool { isSign || self == .progressive }

    /// True where q is a whole number, in training too, so that products with whole numbers are.
    public var isInteger: Bool {
        switch self {
        case .sign, .stochasticSign, .ternary: true
        case .none, .doReFa, .progressive: false
        }
    }
}

/// How the reals and latent weights of a kernel begin. Bits begin as fair coins.
public enum KernelInitialization: Sendable, Hashable {
    /// Uniform in ±√(6/(fan-in + fan-out)) (Glorot, Bengio 2010).
    case glorot
    /// Normal with deviation factor·√(2/fan-out), the fan-out counted over all groups (He et al. 2015; BoolNet begins binary kernels with a factor
    /// of 0.01).
    case kaiming(factor: Float = 1)

    /// Reads `glorot`, `kaiming` and `kaiming:FACTOR`.
    public init?(named name: String) {
        switch name {
        case "glorot": self = .glorot
        case "kaiming": self = .kaiming()
        default:
            guard name.hasPrefix("kaiming:"), let factor = Float(name.dropFirst(8)), factor > 0, factor <= 1e6 else { return nil }
            self = .kaiming(factor: factor)
        }
    }

    public static let names = ["glorot", "kaiming", "kaiming:FACTOR"]
}

/// What a layer multiplies each output of a quantized kernel with: y_o = α_o·Σ q_o·x.
public enum WeightScale: Sendable, Hashable {
    case none
    /// α_o = mean|w| over the weights of output o. Of latent weights only.
    case meanMagnitude(MeanGradient = .detached)
    /// α_o is a parameter of its own.
    case learned

    /// What mean|w| does to the gradient of w. With g the gradient at α·q, n the weights of an output:
    public enum MeanGradient: String, Sendable, Hashable, CaseIterable {
        /// α·g·1[|w| ≤ 1]: α counts as a constant (Bi-Real Net; Larq's MagnitudeAwareSign).
        case detached
        /// α·g·1[|w| ≤ 1] + sign(w)·(Σ g·q)/n: the gradient of α is part of it (BoolNet).
        case through
        /// g·(α·1[|w| < 1] + 1/n), element by element, as XNOR-Net's released code has it.
        case xnorNet = "xnor-net"
    }

    /// Short name: `none`, `mean`, `mean-through`, `mean-xnor`, `learned`.
    public var name: String {
        switch self {
        case .none: "none"
        case .meanMagnitude(.detached): "mean"
        case .meanMagnitude(.through): "mean-through"
        case .meanMagnitude(.xnorNet): "mean-xnor"
        case .learned: "learned"
        }
    }

    public init?(named name: String) {
        guard let scale = Self.all.first(where: { $0.name == name }) else { return nil }
        self = scale
    }

    private static let all: [WeightScale] = [
        .none, .meanMagnitude(.detached), .meanMagnitude(.through), .meanMagnitude(.xnorNet), .learned,
    ]
    public static let names = all.map(\.name)
}
