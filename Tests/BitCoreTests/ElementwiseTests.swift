import BitCore
import Testing

/// The training passes: the formulas against plain Swift, and the same bits on every instruction set and number of threads.
@Suite struct ElementwiseTests {
    static let sets = InstructionSet.supported
    static let counts = [0, 1, 7, 31, 63, 64, 65, 127, 129, 1000, 40_001]
    static let shapes = [[0, 5], [1, 1], [3, 17], [31, 64], [32, 65], [33, 63], [64, 128], [100, 129], [257, 7], [40, 1024]]

    func numbers(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.normal() * scale }
    }

    @Test(arguments: sets, shapes) func batchNormMatchesDoubleArithmetic(_ set: InstructionSet, _ shape: [Int]) {
        let (rows, channels) = (shape[0], shape[1])
        let x = numbers(rows * channels, seed: 8, scale: 3).map { $0 + 10 }
        let dy = numbers(rows * channels, seed: 9)
        let (gamma, beta) = (numbers(channels, seed: 10), numbers(channels, seed: 11))
        let result = BatchNormRun(Kernels(set), x, dy, rows, channels, gamma, beta, Parallel(threads: 1))
        // The same bits for other threads, and on the reference.
        #expect(result == BatchNormRun(Kernels(set), x, dy, rows, channels, gamma, beta, Parallel(threads: 3)))
        #expect(result == BatchNormRun(Kernels(.reference), x, dy, rows, channels, gamma, beta, Parallel(threads: 1)))
        guard rows > 1 else { return }
        for c in 0..<channels {
            let column = (0..<rows).map { Double(x[$0 * channels + c]) }
            let gradient = (0..<rows).map { Double(dy[$0 * channels + c]) }
            let n = Double(rows)
            let mean = column.reduce(0, +) / n
            let variance = column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / n
            let inverse = 1 / (variance + 1e-5).squareRoot()
            let normal = column.map { ($0 - mean) * inverse }
            let dBeta = gradient.reduce(0, +)
            let dGamma = zip(gradient, normal).map(*).reduce(0, +)
            #expect(abs(Double(result.mean[c]) - mean) < 1e-5 && abs(Double(result.variance[c]) - variance) < 1e-5 * (1 + variance))
            #expect(abs(Double(result.dBeta[c]) - dBeta) < 1e-4 && abs(Double(result.dGamma[c]) - dGamma) < 1e-3)
            #expect(abs(Double(result.sums[c]) - column.reduce(0, +)) < 1e-3 * n)
            for r in 0..<rows {
                let y = normal[r] * Double(gamma[c]) + Double(beta[c])
                let dx = Double(gamma[c]) * inverse * (gradient[r] - (dBeta + normal[r] * dGamma) / n)
                let i = r * channels + c
                #expect(abs(Double(result.y[i]) - y) < 1e-4 && abs(Double(result.dx[i]) - dx) < 1e-4)
                #expect(result.affine[i] == gamma[c] * x[i] + beta[c])
            }
        }
    }

    @Test(arguments: sets, shapes) func gradientMasks(_ set: InstructionSet, _ shape: [Int]) {
        let kernels = Kernels(set)
        let count = shape[0] * shape[1]
        let dy = numbers(count, seed: 12)
        var x = numbers(count, seed: 13)
        if count > 4 { x.replaceSubrange(0..<5, with: [1, -1, .nan, .infinity, 0]) }
        let mask = Kernels(.reference).packWithin(Tensor(x, shape: Shape(shape)), limit: 1)
        var masked = dy
        var (fine, coarse) = (dy, dy)
        masked.withUnsafeMutableBufferPointer {
            kernels.maskGradient(UnsafeBufferPointer($0), mask: mask, into: $0, parallel: Parallel(threads: 2))
        }
        for isWide in [true, false] {
            let slopes = ApproxSignSlopes(count: count, isWide: isWide)
            x.withUnsafeBufferPointer { kernels.approxSignSlopes($0, into: slopes, parallel: Parallel(threads: 2)) }
            func run(_ gradient: inout [Float]) {
                gradient.withUnsafeMutableBufferPointer { kernels.slopeGradient(UnsafeBufferPointer($0), slopes, into: $0, parallel: Parallel(threads: 2)) }
            }
            if isWide { run(&fine) } else { run(&coarse) }
        }
        for i in 0..<count {
            #expect(masked[i] == (abs(x[i]) <= 1 ? dy[i] : 0))
            // Half a step of 1/32,768 or 1/255, doubled, and what its own rounding adds; nothing at 0, ±1 and outside.
            let exact = abs(x[i]) <= 1 ? dy[i] * (2 * (1 - abs(x[i]))) : 0
            #expect(abs(fine[i] - exact) <= abs(dy[i]) / 32_400)
            #expect(abs(coarse[i] - exact) <= abs(dy[i]) / 254.9)
            if x[i] == 0 || !(abs(x[i]) < 1) { #expect(fine[i] == exact && abs(coarse[i] - exact) < 1e-6) }
        }
    }

    @Test(arguments: sets, counts) func smallPasses(_ set: InstructionSet, _ count: Int) {
        let kernels = Kernels(set)
        let (x, y) = (numbers(count, seed: 14), numbers(count, seed: 15))
        var (sum, scaled, clipped, both) = (y, y, y, y)
        sum.withUnsafeMutableBufferPointer { y in x.withUnsafeBufferPointer { kernels.axpy(0.3, $0, into: y) } }
        both.withUnsafeMutableBufferPointer { z in x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { kernels.add(x, $0, into: z) } } }
        scaled.withUnsafeMutableBufferPointer { kernels.scale($0, by: 0.7) }
        clipped.withUnsafeMutableBufferPointer { kernels.clip($0, to: 0.5) }
        for i in 0..<count {
            #expect(sum[i] == y[i] + 0.3 * x[i] && both[i] == x[i] + y[i] && scaled[i] == y[i] * 0.7 && clipped[i] == max(-0.5, min(0.5, y[i])))
        }
    }
}

/// Everything batch norm computes, once forward and once backward.
private struct BatchNormRun: Equatable {
    var mean, variance, y, affine, dx, dGamma, dBeta, sums: [Float]

    init(
        _ kernels: Kernels, _ x: [Float], _ dy: [Float], _ rows: Int, _ channels: Int, _ gamma: [Float], _ beta: [Float],
        _ parallel: Parallel
    ) {
        func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
            buffer.initialize(repeating: 0)
            return buffer
        }
        let small = (0..<5).map { _ in zeros(channels) }
        let large = (0..<3).map { _ in zeros(rows * channels) }
        defer {
            for buffer in small + large { buffer.deallocate() }
        }
        var inverse: [Float] = []
        x.withUnsafeBufferPointer { x in
            kernels.batchNormStatistics(.floats(x), rows: rows, channels: channels, mean: small[0], variance: small[1], parallel: parallel)
            inverse = small[1].map { 1 / ($0 + 1e-5).squareRoot() }
            gamma.withUnsafeBufferPointer { gamma in
                inverse.withUnsafeBufferPointer { inverse in
                    beta.withUnsafeBufferPointer { beta in
                        kernels.batchNorm(
                            x, rows: rows, channels: channels, mean: .init(small[0]), inverseDeviation: inverse, gamma: gamma, beta: beta,
                            into: large[0], parallel: parallel)
                        kernels.affine(x, rows: rows, channels: channels, a: gamma, b: beta, into: large[1], parallel: parallel)
                    }
                    // In place: dx over dy.
                    _ = large[2].update(fromContentsOf: dy)
                    kernels.batchNormGradients(
                        .init(large[2]), .floats(x), rows: rows,
                        BatchNormVectors(mean: .init(small[0]), inverseDeviation: inverse, gamma: gamma, beta: .init(small[0])), dx: large[2], dGamma: small[2],
                        dBeta: small[3], parallel: parallel)
                }
            }
            kernels.columnSums(x, rows: rows, channels: channels, into: small[4], parallel: parallel)
        }
        (mean, variance, dGamma, dBeta, sums) = (Array(small[0]), Array(small[1]), Array(small[2]), Array(small[3]), Array(small[4]))
        (y, affine, dx) = (Array(large[0]), Array(large[1]), Array(large[2]))
    }
}
