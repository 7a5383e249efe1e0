public import BitCore

/// All 2ⁿ directions in a reflected Gray code, one walk for all rows at once: a step turns one input, the signs of all samples follow in bit planes, and
/// what the rows gain is summed over the samples whose sign changed. Exact, and it counts the optimal directions.
///
/// With odd fan-in f(−d) = −f(d), so half of the directions do.
public struct EnumerationProjection: ProjectionBackend {
    public static let fanInLimit = 20

    public init() {}

    public let name = "enumeration"

    public func project(_ problem: ProjectionProblem, start: PackedTensor?, seed: UInt64, parallel: Parallel) throws(ProjectionError) -> Projection {
        guard problem.fanIn <= Self.fanInLimit else { throw .fanIn(problem.fanIn, limit: Self.fanInLimit) }
        let walk = DirectionWalk(problem)
        // The number of parts is the problem's, so that ties are settled alike with any number of threads.
        let parts = walk.parts
        var found = [DirectionWalk.Best](repeating: .init(value: .min, direction: 0, count: 0), count: parts * problem.outputs)
        found.withUnsafeMutableBufferPointer { found in
            nonisolated(unsafe) let found = found
            parallel.forEach(parts) { range in
                for part in range {
                    walk.run(part, UnsafeMutableBufferPointer(rebasing: found[part * problem.outputs..<(part + 1) * problem.outputs]))
                }
            }
        }
        var directions = PackedTensor(minusOnes: [problem.outputs, problem.fanIn])
        var counts: [Int] = []
        directions.withUnsafeMutableWords { words in
            for row in 0..<problem.outputs {
                var best = found[row]
                for part in 1..<max(parts, 1) {
                    let other = found[part * problem.outputs + row]
                    if other.value > best.value { best = other } else if other.value == best.value { best.count += other.count }
                }
                words[row] = best.direction
                counts.append(best.count)
            }
        }
        return Projection(
            problem, directions, isOptimal: Array(repeating: true, count: problem.outputs), optimalDirections: counts,
            evaluations: problem.outputs << problem.fanIn, backend: name)
    }
}

/// The walk over directions, cut into parts by their highest inputs.
struct DirectionWalk {
    struct Best {
        var value: Int64
        var direction: UInt64
        var count: Int
    }

    private let problem: ProjectionProblem
    /// Twice the pulls, [samples × outputs].
    private let steps: [Int64]
    /// Inputs that are walked over in one part; the next ones name the part, and with odd fan-in the last is −1.
    private let inner: Int
    private let isHalf: Bool
    let parts: Int

    init(_ problem: ProjectionProblem) {
        self.problem = problem
        isHalf = problem.fanIn % 2 == 1
        let free = problem.fanIn - (isHalf ? 1 : 0)
        inner = max(0, free - (free > 8 ? 4 : 0))
        parts = 1 << (free - inner)
        let (samples, outputs) = (problem.samples, problem.outputs)
        var steps = [Int64](repeating: 0, count: samples * outputs)
        for row in 0..<outputs {
            for sample in 0..<samples { steps[sample * outputs + row] = 2 * problem.pulls[row * samples + sample] }
        }
        self.steps = steps
    }

    func run(_ part: Int, _ best: UnsafeMutableBufferPointer<Best>) {
        let (outputs, samples, words) = (problem.outputs, problem.samples, max(problem.sampleWords, 1))
        var direction = UInt64(part) << UInt64(inner)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: (problem.countBits + 1) * words) { storage in
            storage.initialize(repeating: 0)
            let planes = CountPlanes(bits: problem.countBits, words: words, planes: storage.baseAddress!)
            let before = storage.baseAddress! + problem.countBits * words
            problem.inputs.withUnsafeWords { rows in
                planes.set(samples) { sample in
                    // Agreements: inputs without difference.
                    problem.countShift + problem.fanIn - (rows[sample] ^ direction).nonzeroBitCount
                }
            }
            var values = [Int64](repeating: 0, count: outputs)
            for row in 0..<outputs {
                for sample in 0..<samples {
                    let pull = problem.pulls[row * samples + sample]
                    values[row] += planes.signs[sample / 64] >> UInt64(sample % 64) & 1 == 1 ? pull : -pull
                }
            }
            values.withUnsafeMutableBufferPointer { values in
                problem.columns.withUnsafeBufferPointer { columns in
                    steps.withUnsafeBufferPointer { steps in
                        judge(values, direction, best)
                        guard inner > 0 else { return }
                        for step in 1..<(1 as UInt64) << UInt64(inner) {
                            let input = step.trailingZeroBitCount
                            direction ^= 1 << UInt64(input)
                            before.update(from: planes.signs, count: words)
                            guard samples > 0 else { continue }
                            planes.turn(columns.baseAddress! + input * words, becomesPlus: direction >> UInt64(input) & 1 == 1)
                            for word in 0..<words {
                                let now = planes.signs[word]
                                var changed = (now ^ before[word]) & CountPlanes.mask(word, samples: samples)
                                while changed != 0 {
                                    let bit = changed.trailingZeroBitCount
                                    let line = steps.baseAddress! + (word * 64 + bit) * outputs
                                    if now >> UInt64(bit) & 1 == 1 {
                                        for row in 0..<outputs { values[row] &+= line[row] }
                                    } else {
                                        for row in 0..<outputs { values[row] &-= line[row] }
                                    }
                                    changed &= changed - 1
                                }
                            }
                            judge(values, direction, best)
                        }
                    }
                }
            }
        }
    }

    @inline(__always) private func judge(_ values: UnsafeMutableBufferPointer<Int64>, _ direction: UInt64, _ best: UnsafeMutableBufferPointer<Best>) {
        for row in 0..<values.count {
            let value = values[row]
            if value > best[row].value {
                best[row] = Best(value: value, direction: direction, count: 1)
            } else if value == best[row].value {
                best[row].count += 1
            }
            guard isHalf else { continue }
            if -value > best[row].value {
                best[row] = Best(value: -value, direction: ~direction & ((1 << UInt64(problem.fanIn)) - 1), count: 1)
            } else if -value == best[row].value {
                best[row].count += 1
            }
        }
    }
}
