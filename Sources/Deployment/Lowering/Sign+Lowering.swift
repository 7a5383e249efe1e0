internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension Sign: Lowerable {
    /// sign(a·z + b) becomes one comparison of the raw integer sum.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        var sums: LoweredSums
        let a: [Float]
        let b: [Float]
        switch inputs[0] {
        case .bits: return inputs[0]
        case .sums(let plain):
            sums = plain
            a = Array(repeating: 1, count: plain.kernel.shape.rows)
            b = Array(repeating: 0, count: plain.kernel.shape.rows)
        case .affine(let of, let scale, let bias, _): (sums, a, b) = (of, scale, bias)
        case .bytes: throw .unsupportedInput(name: builder.current, kind: kind, found: inputs[0].kind)
        }
        // z ↦ a·z + b with a < 0 falls. Flipping the row's signs turns z into −z, and (−a)·(−z) is the same Float32 as a·z.
        sums.kernel.flipRows { a[$0] < 0 }
        let offsets = sums.offsets
        let thresholds = a.indices.map { row -> Int32 in
            switch smallestNonNegative(a: a[row].magnitude, b: b[row], bound: sums.bound, shift: sums.shift) {
            case .always: .min
            case .never: .max
            // The raw sum exceeds the centred one by the offset.
            case .from(let z): Int32(z + offsets[row])
            }
        }
        let id = builder.emit(sums)
        return .bits(id: builder.append(builder.current, .threshold(thresholds: thresholds), reading: id))
    }
}

enum ThresholdRange: Equatable {
    case always, never
    case from(Int)
}

/// The smallest integer z in −bound…bound for which a·(z·2^−shift) + b, evaluated in Float32 as the network does, is ≥ 0.
///
/// With a ≥ 0 that function never falls as z grows (rounding is monotone), so a binary search over the function itself finds the exact
/// place; no formula whose rounding could differ from the function's comes in.
func smallestNonNegative(a: Float, b: Float, bound: Int, shift: Int) -> ThresholdRange {
    let unit = Float(sign: .plus, exponent: -shift, significand: 1)
    func isNonNegative(_ z: Int) -> Bool { a * (Float(z) * unit) + b >= 0 }
    if isNonNegative(-bound) { return .always }
    guard isNonNegative(bound) else { return .never }
    var (below, from) = (-bound, bound)
    while from - below > 1 {
        let middle = below + (from - below) / 2
        if isNonNegative(middle) { from = middle } else { below = middle }
    }
    return .from(from)
}

extension PackedTensor {
    /// Turns every sign of the chosen rows; padding stays 0.
    fileprivate mutating func flipRows(where isFlipped: (Int) -> Bool) {
        let (rows, stride, tail) = (shape.rows, wordsPerRow, shape.columns % 64)
        let lastMask: UInt64 = tail == 0 ? ~0 : (1 << UInt64(tail)) - 1
        withUnsafeMutableWords { words in
            for row in 0..<rows where isFlipped(row) {
                for word in 0..<stride { words[row * stride + word] ^= word == stride - 1 ? lastMask : ~0 }
            }
        }
    }
}
