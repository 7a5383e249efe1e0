public import BitCore

/// The projection of a layer's output gradients onto binary directions: with B samples of n inputs x_b ∈ {±1}ⁿ and a pull y'_bj on every output, find
///
///     D = argmin over {±1}^(outputs×n) of Σ_bj (y'_bj − sign(d_j·x_b))²,   sign(0) = +1.
///
/// Because (y' − σ)² = y'² − 2y'σ + 1, rows decouple, and row j of D is a direction of largest *weighted agreement*
///
///     f_j(d) = Σ_b y'_bj·sign(d·x_b).
///
/// Equal samples are merged, their pulls added. If n is odd, d·x is never 0 and sign(d·(−x)) = −sign(d·x), so opposite samples are merged too.
///
/// Pulls are held as whole multiples of `unit`, a power of two so small that the largest Σ_b |y'_bj| is about 2⁶⁰ of them: sums are exact, in any order.
public struct ProjectionProblem: Sendable {
    /// Different samples, [samples × n].
    public let inputs: PackedTensor
    public let outputs: Int
    /// Samples given, before merging.
    public let batch: Int
    /// y' in units, [outputs × samples].
    let pulls: [Int64]
    /// Σ_b |y'_b| of every row, in units.
    let magnitudes: [Int64]
    /// What a pull of 1 stands for.
    public let unit: Double
    /// The inputs the other way round: for each input the bits of all samples, [n × sampleWords].
    let columns: [UInt64]

    public var fanIn: Int { inputs.shape.columns }
    /// Different samples.
    public var samples: Int { inputs.shape.rows }
    var sampleWords: Int { PackedTensor.words(for: samples) }
    /// Bits of a count of agreements, shifted so that its highest bit is the sign: k = ⌊log₂ n⌋ + 1.
    var countBits: Int { Int.bitWidth - fanIn.leadingZeroBitCount }
    /// The shift: δ = 2^(k−1) − ⌈n/2⌉.
    var countShift: Int { (1 << (countBits - 1)) - (fanIn + 1) / 2 }

    /// - Parameters:
    ///   - inputs: [B × n].
    ///   - targets: [B × outputs], multiplied by `scale` to be the pulls: pass −1 with gradients, against which a step should go.
    /// - Precondition: as many rows of both; n and outputs positive.
    /// - Throws: `ProjectionError.notFinite`.
    public init(inputs: PackedTensor, targets: Tensor, scale: Float = 1) throws(ProjectionError) {
        precondition(
            inputs.shape.rows == targets.shape.rows && inputs.shape.columns > 0 && targets.shape.columns > 0,
            "inputs of shape \(inputs.shape) with targets of shape \(targets.shape)")
        (batch, outputs) = (inputs.shape.rows, targets.shape.columns)
        let groups = SampleGroups(inputs)
        self.inputs = groups.samples
        (pulls, unit) = try groups.pulls(targets, scale: scale)
        columns = BitMatrix.transposed(groups.samples)
        let (pulls, samples, outputs) = (pulls, groups.samples.shape.rows, outputs)
        magnitudes = pulls.withUnsafeBufferPointer { pulls in
            (0..<outputs).map { row in
                var sum: Int64 = 0
                for place in row * samples..<(row + 1) * samples { sum &+= pulls[place] < 0 ? 0 &- pulls[place] : pulls[place] }
                return sum
            }
        }
    }

    /// f of every row, exact, in units.
    /// - Precondition: directions of shape [outputs × n].
    func values(of directions: PackedTensor) -> [Int64] {
        precondition(
            directions.shape.rows == outputs && directions.shape.columns == fanIn, "directions of shape \(directions.shape) for \(outputs) rows of \(fanIn)")
        guard samples > 0 else { return [Int64](repeating: 0, count: outputs) }
        // [outputs × samples]
        var sums = [Int32](repeating: 0, count: outputs * samples)
        sums.withUnsafeMutableBufferPointer { Kernels.active.product(directions, BinaryPanels(inputs), into: $0) }
        let samples = samples
        return sums.withUnsafeBufferPointer { sums in
            pulls.withUnsafeBufferPointer { pulls in
                (0..<outputs).map { row in
                    var value: Int64 = 0
                    for place in row * samples..<(row + 1) * samples {
                        // All ones where the sum is negative: the pull is negated.
                        let negative = Int64(sums[place] >> 31)
                        value &+= (pulls[place] ^ negative) &- negative
                    }
                    return value
                }
            }
        }
    }

    /// f_j of every row j of `directions`.
    public func objectives(of directions: PackedTensor) -> [Double] { values(of: directions).map { Double($0) * unit } }

    /// Σ_b |y'_bj| of row j: no direction reaches more.
    public func bound(row: Int) -> Double { Double(magnitudes[row]) * unit }

    /// sign(Σ_b y'_bj·x_b), rows side by side: minus the sign of the gradient at the weights, where the pulls are minus the gradients at the outputs. This
    /// is the step of signSGD, and where local search begins.
    /// - Parameter balanced: +1 for the half of the inputs with the larger sums, so that the signs of a row add up to 0, or 1: samples that are nearly all
    ///   alike are then told apart by the inputs in which they differ.
    public func gradientSigns(balanced: Bool = false) -> PackedTensor {
        var result = PackedTensor(minusOnes: [outputs, fanIn])
        let (words, fanIn, outputs) = (PackedTensor.words(for: fanIn), fanIn, outputs)
        let sums = gradientSums()
        result.withUnsafeMutableWords { target in
            for row in 0..<outputs {
                let gradient = (0..<fanIn).map { sums[$0 * outputs + row] }
                let positive =
                    balanced
                    ? (0..<fanIn).sorted { (gradient[$1], $0) < (gradient[$0], $1) }.prefix((fanIn + 1) / 2).map { $0 }
                    : (0..<fanIn).filter { gradient[$0] >= 0 }
                for input in positive { target[row * words + input / 64] |= 1 << UInt64(input % 64) }
            }
        }
        return result
    }

    /// Σ_b y'_bj·x_b in units, [n × outputs]: all outputs of an input at once, from the rarer sign of every 64 samples, since words of documents are nearly
    /// all absent and, where opposite samples are merged, may be nearly all present.
    private func gradientSums() -> [Int64] {
        let (samples, sampleWords, outputs, columns) = (samples, sampleWords, outputs, columns)
        var bySample = [Int64](repeating: 0, count: samples * outputs)
        var byWord = [Int64](repeating: 0, count: sampleWords * outputs)
        var all = [Int64](repeating: 0, count: outputs)
        for row in 0..<outputs {
            for sample in 0..<samples {
                let pull = pulls[row * samples + sample]
                bySample[sample * outputs + row] = pull
                byWord[sample / 64 * outputs + row] += pull
                all[row] += pull
            }
        }
        return [Int64](unsafeUninitializedCapacity: fanIn * outputs) { sums, count in
            bySample.withUnsafeBufferPointer { bySample in
                for input in 0..<fanIn {
                    let sum = sums.baseAddress! + input * outputs
                    // Σ y'x = 2·Σ over x = +1 of y' − Σ y'; halved until the end, and sums in between may wrap.
                    for row in 0..<outputs { sum[row] = 0 }
                    for word in 0..<sampleWords {
                        var bits = columns[input * sampleWords + word]
                        let isDense = bits.nonzeroBitCount > 32
                        if isDense {
                            let present = Swift.min(samples - word * 64, 64)
                            bits = ~bits & (~0 >> UInt64(64 - present))
                            for row in 0..<outputs { sum[row] &+= byWord[word * outputs + row] }
                        }
                        while bits != 0 {
                            let pulls = bySample.baseAddress! + (word * 64 + bits.trailingZeroBitCount) * outputs
                            if isDense {
                                for row in 0..<outputs { sum[row] &-= pulls[row] }
                            } else {
                                for row in 0..<outputs { sum[row] &+= pulls[row] }
                            }
                            bits &= bits - 1
                        }
                    }
                    for row in 0..<outputs { sum[row] = 2 &* sum[row] &- all[row] }
                }
            }
            count = fanIn * outputs
        }
    }

    /// Row by row the one of larger f; of equal ones the first.
    func better(_ a: PackedTensor, _ b: PackedTensor) -> PackedTensor {
        var result = a
        let words = PackedTensor.words(for: fanIn)
        let isBetter = zip(values(of: b), values(of: a)).map { $0 > $1 }
        result.withUnsafeMutableWords { target in
            b.withUnsafeWords { source in
                for row in 0..<outputs where isBetter[row] {
                    for word in row * words..<(row + 1) * words { target[word] = source[word] }
                }
            }
        }
        return result
    }
}
