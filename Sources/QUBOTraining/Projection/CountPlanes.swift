/// For every sample the number of inputs that agree with a direction, shifted by δ so that the highest bit is the sign: K + δ, K = #{i: d_i·x_bi = +1}. The
/// numbers lie in bit planes, plane p holding bit p of all samples, so one step of arithmetic is done for 64 samples at once.
///
/// d·x_b ≥ 0 iff K ≥ ⌈n/2⌉ iff K + δ ≥ 2^(k−1): the highest plane is the sign. K + δ stays within 0 … 2^k − 1, so nothing overflows.
struct CountPlanes {
    let bits: Int
    let words: Int
    /// [bits × words]; the owner keeps it alive.
    let planes: UnsafeMutablePointer<UInt64>

    /// The plane of signs.
    var signs: UnsafeMutablePointer<UInt64> { planes + (bits - 1) * words }

    /// Counts of 0 … 2^bits − 1.
    ///
    /// Eight samples at a time: their counts are the bytes of a word, and bit p of every byte is gathered by one product, in which the bit of byte i, at 8i, meets
    /// 2^(56 − 7i) and lands at 56 + i; no other pair of terms falls on the same place, so nothing is carried.
    @inline(__always) func set(_ samples: Int, _ count: (Int) -> Int) {
        planes.update(repeating: 0, count: bits * words)
        for first in stride(from: 0, to: samples, by: 8) {
            let (word, shift) = (first / 64, UInt64(first % 64))
            let last = min(first + 8, samples)
            for low in stride(from: 0, to: bits, by: 8) {
                var bytes: UInt64 = 0
                for sample in first..<last {
                    bytes |= (UInt64(truncatingIfNeeded: count(sample)) >> UInt64(low) & 0xFF) << UInt64((sample - first) * 8)
                }
                for plane in low..<min(low + 8, bits) {
                    let ones = (bytes >> UInt64(plane - low)) & 0x0101_0101_0101_0101
                    planes[plane * words + word] |= ((ones &* 0x0102_0408_1020_4080) >> 56) << shift
                }
            }
        }
    }

    /// Adds 1 where `column` is 1 and takes 1 away where it is 0, or the other way round: what turning one input of the direction does, given that input of
    /// all samples.
    /// - Parameter becomesPlus: the direction's input turns to +1, so that samples with +1 there now agree.
    @inline(__always) func turn(_ column: UnsafePointer<UInt64>, becomesPlus: Bool) {
        let flip: UInt64 = becomesPlus ? 0 : ~0
        for word in 0..<words {
            let rises = column[word] ^ flip
            // Bit p changes where all lower bits were 1 (rising) or 0 (falling).
            var carry = ~(0 as UInt64)
            var plane = planes + word
            for _ in 0..<bits {
                let old = plane.pointee
                plane.pointee = old ^ carry
                carry &= ~(rises ^ old)
                if carry == 0 { break }
                plane += words
            }
        }
    }

    /// Samples that one agreement less turns to −1 (K = ⌈n/2⌉), and those that one more turns to +1 (K = ⌈n/2⌉ − 1), among `all`.
    @inline(__always) func boundary(_ word: Int, _ all: UInt64) -> (above: UInt64, below: UInt64) {
        var (some, every) = (0 as UInt64, ~(0 as UInt64))
        for plane in 0..<bits - 1 {
            let bits = planes[plane * words + word]
            some |= bits
            every &= bits
        }
        let sign = planes[(bits - 1) * words + word]
        return (sign & ~some & all, ~sign & every & all)
    }

    /// Ones at the samples of a word.
    @inline(__always) static func mask(_ word: Int, samples: Int) -> UInt64 {
        let left = samples - word * 64
        return left >= 64 ? ~0 : (1 << UInt64(left)) - 1
    }
}
