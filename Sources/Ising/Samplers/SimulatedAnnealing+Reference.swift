internal import BitCore

/// Metropolis sweeps in plain Swift, from the definition: the oracle of the kernels, which must make the same moves.
final class ReferenceChain: MetropolisChain {
    private let model: IntegerModel
    private var spins: [Int8]
    private var fields: [Int32]
    /// Four words of each of sixteen xoshiro128+ generators (Blackman, Vigna 2021).
    private var lanes = [[UInt32]](repeating: [UInt32](repeating: 0, count: 16), count: 4)

    init(_ model: IntegerModel) {
        self.model = model
        spins = [Int8](repeating: -1, count: model.variables)
        fields = model.localFields(of: spins)
    }

    var energy: Int64 { model.integerEnergy(of: spins) }
    var words: [UInt64] { PackedSpins(spins).words }

    func set(_ target: [UInt64]) {
        spins = PackedSpins(words: target, count: model.variables).spins
        fields = model.localFields(of: spins)
    }

    func seed(_ generator: inout SeededGenerator) {
        for word in 0..<4 {
            for pair in 0..<8 {
                let draw = generator.next()
                lanes[word][2 * pair] = UInt32(truncatingIfNeeded: draw)
                lanes[word][2 * pair + 1] = UInt32(truncatingIfNeeded: draw >> 32)
            }
        }
        for lane in 0..<16 where lanes.allSatisfy({ $0[lane] == 0 }) { lanes[0][lane] = 1 }
    }

    private func draw(_ lane: Int) -> UInt32 {
        let result = lanes[0][lane] &+ lanes[3][lane]
        let shifted = lanes[1][lane] << 9
        lanes[2][lane] ^= lanes[0][lane]
        lanes[3][lane] ^= lanes[1][lane]
        lanes[1][lane] ^= lanes[2][lane]
        lanes[0][lane] ^= lanes[3][lane]
        lanes[2][lane] ^= shifted
        lanes[3][lane] = lanes[3][lane] << 11 | lanes[3][lane] >> 21
        return result
    }

    /// −floor(−log₂(u)·scale) with u = x / 2²⁴, x the upper 24 bits of the draw, made odd.
    ///
    /// The bits of x as a Float, read as an integer, are log₂ of x up to the curve between powers of two, and that is a polynomial.
    private func bound(_ draw: UInt32, scale: Float) -> Int32 {
        let bits = Float((draw >> 8) | 1).bitPattern
        let m = Float(bitPattern: (bits & 0x7F_FFFF) | 0x3F80_0000)
        let linear = Float(Int32(151 << 23) - Int32(bits)) * 0x1p-23
        let q = (m * 0.08213066 + -0.40331953) * m + 0.7599146
        let w = (m - 1) * (2 - m)
        return Int32((linear - q * w) * -scale)
    }

    func sweep(_ range: Range<Int>?, temperature: Double) -> Int {
        let range = range ?? 0..<model.variables
        let scale = SpinChain.scale(temperature)
        var flips = 0
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
            let bounds = (0..<16).map { scale > 0 ? bound(draw($0), scale: scale) : 1 }
            for spin in first..<Swift.min(first + 16, range.upperBound) where gain(spin) >= bounds[spin - first] {
                flip(spin)
                flips += 1
            }
        }
        return flips
    }

    func gain(_ spin: Int) -> Int32 { Int32(spins[spin]) * fields[spin] }

    func flip(_ spin: Int) {
        spins[spin] = -spins[spin]
        for place in model.starts[spin]..<model.starts[spin + 1] {
            fields[Int(model.neighbours[place])] += 2 * model.weights[place] * Int32(spins[spin])
        }
    }
}
