/// Scores that every path computes exactly. The affine y = a·z + b of an output layer, with z an integer |z| ≤ bound, is rounded to
/// integers over one power of two: y = (A·z + B)·2^e with |A·z + B| < 2^24. Then Float32 (training-time evaluation) and Int32 (packed
/// inference, exported C) hold every score exactly, and argmax is the same everywhere. See Documentation/Design/exactness.md.
public struct ScoreGrid: Sendable, Hashable {
    public let scale: [Int32]
    public let bias: [Int32]
    /// e: the unit of a score is 2^e.
    public let exponent: Int

    /// Snaps z ↦ a·z·2^−shift + b, |z| ≤ bound. The grid is the finest that fits: with fan-in 1,024 scales keep 13 bits.
    /// - Precondition: a and b have the same count and are finite; the bound is below 2^22.
    public init(a: [Float], b: [Float], bound: Int, shift: Int) {
        precondition(a.count == b.count, "\(a.count) scales and \(b.count) biases")
        precondition(bound < 1 << 22, "sums up to \(bound) leave no bits for their scale")
        precondition((a + b).allSatisfy(\.isFinite), "an output layer has a scale or bias that is not finite")
        let unit = Double(sign: .plus, exponent: -shift, significand: 1)
        let largest = zip(a, b).map { abs(Double($0)) * unit * Double(bound) + abs(Double($1)) }.max() ?? 0
        // Rounding moves A·z + B by at most (bound + 1)/2 units, so this exponent keeps it below 2^24.
        let room = Double(1 << 24) - Double(bound) / 2 - 2
        exponent = largest > 0 ? Int((largest / room).exponent) + 1 : 0
        let grid = Double(sign: .plus, exponent: -exponent, significand: 1)
        scale = a.map { Int32((Double($0) * unit * grid).rounded()) }
        bias = b.map { Int32((Double($0) * grid).rounded()) }
    }

    /// Float forms for z given as a multiple of 2^−shift: y = a·z + b, where a·z and the sum are exact.
    func floats(shift: Int) -> (a: [Float], b: [Float]) {
        let unit = Float(sign: .plus, exponent: exponent, significand: 1)
        let scaleUnit = Float(sign: .plus, exponent: exponent + shift, significand: 1)
        return (scale.map { Float($0) * scaleUnit }, bias.map { Float($0) * unit })
    }
}
