internal import BitCore

/// Equal samples of a projection problem, and opposite ones where the fan-in is odd, put together.
struct SampleGroups {
    /// One of each, in the order of their first appearance; of opposite samples the one whose first input is +1.
    let samples: PackedTensor
    /// For each sample given, the group it is in, and whether it is the opposite of what stands for the group.
    private let members: [(group: Int32, isOpposite: Bool)]

    init(_ inputs: PackedTensor) {
        let (batch, width, words) = (inputs.shape.rows, inputs.shape.columns, inputs.wordsPerRow)
        let mergesOpposites = width % 2 == 1
        let mask = width % 64 == 0 ? ~0 : (1 as UInt64) << UInt64(width % 64) - 1
        var slots = 16
        while slots < 2 * batch { slots *= 2 }
        var table = [Int32](repeating: -1, count: slots)
        var kept: [UInt64] = []
        kept.reserveCapacity(batch * words)
        var members: [(group: Int32, isOpposite: Bool)] = []
        members.reserveCapacity(batch)
        inputs.withUnsafeWords { source in
            for row in 0..<batch {
                let start = row * words
                let isOpposite = mergesOpposites && source[start] & 1 == 0
                func word(_ place: Int) -> UInt64 {
                    guard isOpposite else { return source[start + place] }
                    return ~source[start + place] & (place == words - 1 ? mask : ~0)
                }
                var hash: UInt64 = 0
                for place in 0..<words {
                    hash = (hash ^ word(place)) &* 0x9E37_79B9_7F4A_7C15
                    hash ^= hash >> 29
                }
                var slot = Int(truncatingIfNeeded: hash) & (slots - 1)
                while true {
                    let group = Int(table[slot])
                    if group < 0 {
                        table[slot] = Int32(kept.count / words)
                        members.append((table[slot], isOpposite))
                        for place in 0..<words { kept.append(word(place)) }
                        break
                    }
                    if (0..<words).allSatisfy({ kept[group * words + $0] == word($0) }) {
                        members.append((Int32(group), isOpposite))
                        break
                    }
                    slot = (slot + 1) & (slots - 1)
                }
            }
        }
        samples = PackedTensor(words: kept, shape: [kept.count / words, width])
        self.members = members
    }

    /// Summed targets times `scale`, as whole numbers [outputs × samples], and what 1 of them stands for.
    func pulls(_ targets: Tensor, scale: Float) throws(ProjectionError) -> (pulls: [Int64], unit: Double) {
        let (outputs, count) = (targets.shape.columns, samples.shape.rows)
        var sums = [Double](repeating: 0, count: count * outputs)
        targets.withUnsafeElements { source in
            sums.withUnsafeMutableBufferPointer { sums in
                for (row, member) in members.enumerated() {
                    let factor = Double(member.isOpposite ? -scale : scale)
                    let target = sums.baseAddress! + Int(member.group) * outputs
                    for output in 0..<outputs { target[output] += factor * Double(source[row * outputs + output]) }
                }
            }
        }
        var magnitudes = [Double](repeating: 0, count: outputs)
        for sample in 0..<count {
            for output in 0..<outputs { magnitudes[output] += sums[sample * outputs + output].magnitude }
        }
        let largest = magnitudes.max() ?? 0
        guard magnitudes.allSatisfy(\.isFinite) else {
            let place = sums.firstIndex { !$0.isFinite } ?? 0
            throw .notFinite(sample: place / outputs, output: place % outputs)
        }
        // The largest row then sums to less than 2⁶¹, and steps of twice a pull fit.
        let unit = largest > 0 ? Double(sign: .plus, exponent: Swift.max(Int(largest.exponent) - 59, -1000), significand: 1) : 1
        let inverse = 1 / unit
        var pulls = [Int64](repeating: 0, count: outputs * count)
        pulls.withUnsafeMutableBufferPointer { pulls in
            sums.withUnsafeBufferPointer { sums in
                for output in 0..<outputs {
                    for sample in 0..<count { pulls[output * count + sample] = Int64(sums[sample * outputs + output] * inverse) }
                }
            }
        }
        return (pulls, unit)
    }
}

/// Bits the other way round.
enum BitMatrix {
    /// [rows × columns] to [columns × words of rows], padding 0.
    static func transposed(_ matrix: PackedTensor) -> [UInt64] {
        let (rows, columns, words) = (matrix.shape.rows, matrix.shape.columns, matrix.wordsPerRow)
        let target = PackedTensor.words(for: rows)
        var result = [UInt64](repeating: 0, count: columns * target)
        matrix.withUnsafeWords { source in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { block in
                for rowBlock in 0..<target {
                    for word in 0..<words {
                        let height = min(64, rows - rowBlock * 64)
                        for row in 0..<64 { block[row] = row < height ? source[(rowBlock * 64 + row) * words + word] : 0 }
                        transpose(block)
                        for column in 0..<min(64, columns - word * 64) { result[(word * 64 + column) * target + rowBlock] = block[column] }
                    }
                }
            }
        }
        return result
    }

    /// 64 × 64 bits in place: halves that are off the diagonal change places, at 32, 16, … 1.
    private static func transpose(_ block: UnsafeMutableBufferPointer<UInt64>) {
        var (width, mask) = (32, 0x0000_0000_FFFF_FFFF as UInt64)
        while width > 0 {
            var row = 0
            while row < 64 {
                let swapped = (block[row] >> UInt64(width) ^ block[row + width]) & mask
                block[row + width] ^= swapped
                block[row] ^= swapped << UInt64(width)
                row = (row + width + 1) & ~width
            }
            width /= 2
            mask ^= mask << UInt64(width)
        }
    }
}
