internal import CKernels

/// The couplings of a spin model in the form that a sweep reads, shared by all chains on it:
///
///     E(s) = Σᵢ hᵢsᵢ + Σ_{i<j} Jᵢⱼsᵢsⱼ,   fᵢ = hᵢ + Σⱼ Jᵢⱼsⱼ
///
/// All forms make the same moves; they differ in speed and memory.
public final class SpinCouplings: @unchecked Sendable {
    // Sendable: buffers are written in `init` only.

    public enum Form: String, Sendable, CaseIterable, Codable {
        /// Compressed rows, 4 bytes a neighbour: |J| <= 127, up to 2²⁴ spins.
        case narrow
        /// Compressed rows, 8 bytes a neighbour.
        case wide
        /// A bit a pair: every pair is coupled, by +1 or −1, and no row's sum of magnitudes exceeds 32767.
        case bits
        /// A byte a pair: |J| <= 127, and no row's sum of magnitudes exceeds 32767.
        case bytes
        /// Four bytes a pair.
        case words

        var hasNarrowFields: Bool { self == .bits || self == .bytes }
    }

    public let count: Int
    public let form: Form
    let entries: AlignedBuffer<UInt8>
    let starts: AlignedBuffer<UInt64>
    let near: AlignedBuffer<UInt64>
    let stride: Int
    /// Local fields and energy when all spins are −1.
    let fieldsDown: [Int32]
    let energyDown: Int64

    /// The neighbours of spin i are `neighbours[starts[i] ..< starts[i + 1]]`, beside their weights; each coupling stands in two rows.
    /// - Parameter form: nil for the one that is likely to be fastest.
    /// - Precondition: the form holds the couplings, and |hᵢ| + Σⱼ|Jᵢⱼ| < 2³⁰ for every i.
    public init(fields: [Int32], starts rows: [Int], neighbours: [Int32], weights: [Int32], form: Form? = nil) {
        let count = fields.count
        precondition(rows.count == count + 1 && neighbours.count == weights.count, "\(rows.count) row starts for \(count) spins")
        let facts = Facts(fields: fields, starts: rows, weights: weights)
        let form = form ?? facts.bestForm
        precondition(facts.allows(form), "\(form) cannot hold these couplings")
        self.count = count
        self.form = form
        let padded = (count + 63) / 64 * 64
        var fieldsDown = fields
        var energyDown: Int64 = 0
        for spin in 0..<count {
            var sum: Int32 = 0
            for place in rows[spin]..<rows[spin + 1] { sum &+= weights[place] }
            fieldsDown[spin] &-= sum
            // −hᵢ + (1/2)Σⱼ Jᵢⱼ, doubled.
            energyDown += Int64(sum) - 2 * Int64(fields[spin])
        }
        self.fieldsDown = fieldsDown
        self.energyDown = energyDown / 2

        let isSparse = form == .narrow || form == .wide
        starts = AlignedBuffer(count: isSparse ? count + 1 : 0)
        near = AlignedBuffer(count: isSparse ? padded / 64 : 0)
        switch form {
        case .narrow: stride = 4
        case .wide: stride = 8
        case .bits: stride = padded / 8
        case .bytes: stride = padded
        case .words: stride = 4 * padded
        }
        entries = AlignedBuffer(count: isSparse ? stride * weights.count : stride * count)
        if isSparse {
            for spin in 0...count { starts.pointer[spin] = UInt64(rows[spin]) }
            let raw = UnsafeMutableRawPointer(entries.pointer)
            for spin in 0..<count {
                for place in rows[spin]..<rows[spin + 1] {
                    let neighbour = neighbours[place]
                    if Int(neighbour) / 16 == spin / 16 { near.pointer[spin / 64] |= 1 << UInt64(spin % 64) }
                    if form == .narrow {
                        let entry = UInt32(neighbour) << 8 | UInt32(UInt8(bitPattern: Int8(weights[place])))
                        raw.storeBytes(of: entry, toByteOffset: 4 * place, as: UInt32.self)
                    } else {
                        raw.storeBytes(of: neighbour, toByteOffset: 8 * place, as: Int32.self)
                        raw.storeBytes(of: weights[place], toByteOffset: 8 * place + 4, as: Int32.self)
                    }
                }
            }
        } else {
            for spin in 0..<count {
                let row = UnsafeMutableRawPointer(entries.pointer) + spin * stride
                for place in rows[spin]..<rows[spin + 1] {
                    let (neighbour, weight) = (Int(neighbours[place]), weights[place])
                    switch form {
                    case .bits: if weight > 0 { (row + neighbour / 8).assumingMemoryBound(to: UInt8.self).pointee |= 1 << UInt8(neighbour % 8) }
                    case .bytes: row.storeBytes(of: Int8(weight), toByteOffset: neighbour, as: Int8.self)
                    default: row.storeBytes(of: weight, toByteOffset: 4 * neighbour, as: Int32.self)
                    }
                }
            }
        }
    }

    /// - Note: little-endian words and bytes agree on the place of a bit.
    var view: sf_couplings {
        sf_couplings(entries: entries.pointer, starts: starts.pointer, stride: stride, near: near.pointer)
    }

    /// What the choice of a form depends on.
    private struct Facts {
        var count: Int
        var entries: Int
        var largestWeight: UInt32 = 0
        var smallestWeight: UInt32 = .max
        var largestRow: Int64 = 0

        init(fields: [Int32], starts: [Int], weights: [Int32]) {
            count = fields.count
            entries = weights.count
            for spin in 0..<count {
                var row = Int64(fields[spin].magnitude)
                for place in starts[spin]..<starts[spin + 1] {
                    row += Int64(weights[place].magnitude)
                    largestWeight = Swift.max(largestWeight, weights[place].magnitude)
                    smallestWeight = Swift.min(smallestWeight, weights[place].magnitude)
                }
                largestRow = Swift.max(largestRow, row)
            }
            precondition(largestRow < 1 << 30, "the coefficients of a spin sum up to \(largestRow), at most 2^30 - 1 can be searched on")
        }

        func allows(_ form: Form) -> Bool {
            switch form {
            case .narrow: largestWeight <= 127 && count <= 1 << 24
            case .wide, .words: true
            case .bits: entries == count * (count - 1) && largestWeight <= 1 && smallestWeight >= 1 && largestRow <= 32767
            case .bytes: largestWeight <= 127 && largestRow <= 32767
            }
        }

        /// A flip moves along compressed rows neighbour by neighbour, and along full ones by 32 or 16 spins at a time, which costs about
        /// as much as two neighbours. Full rows also must not take much more memory.
        var bestForm: Form {
            let degree = entries / Swift.max(count, 1)
            let limit = 1 << 28
            if allows(.bits) && count > 32 { return .bits }
            if degree > count / 16, count * count <= limit, allows(.bytes) { return .bytes }
            if degree > count / 8, count * count <= limit / 4 { return .words }
            return allows(.narrow) ? .narrow : .wide
        }
    }
}
