internal import BitCore

/// The couplings as small integers in Float32, dense or in rows, shared by all groups of agents.
///
/// With R the largest sum of magnitudes of a row and positions rounded to multiples of 2^−bits, R·2^bits ≤ 2²⁴: products and sums are exact,
/// in any order. Models with larger rows are scaled down and rounded for the motion; energies are those of the integer model.
final class BifurcationForm: @unchecked Sendable {
    // Sendable: written during init alone.
    let model: IntegerModel
    let isDense: Bool
    /// Integers: couplings in the order of `model.neighbours`, and fields.
    let weights: [Float]
    let fields: [Float]
    /// What the integers of the model were divided by.
    let divisor: Double
    var isExact: Bool { divisor == 1 }
    /// 2^bits.
    let resolution: Float
    /// c.
    let strength: Float
    /// [n × n], when dense.
    private let matrix: UnsafeMutablePointer<Float>
    private let kernel: DenseProductKernel

    static let rowLimit = 32768.0
    static let denseVariables = 12_000

    init(_ model: IntegerModel, _ engine: SimulatedBifurcation.Engine, instructionSet: InstructionSet = .active) {
        self.model = model
        let count = model.variables
        isDense =
            switch engine {
            case .dense: count <= Self.denseVariables
            case .sparse: false
            case .auto: count <= Self.denseVariables && count >= 16 && model.density > 0.1
            }
        let row = Double(model.largestRow)
        let divisor = row > Self.rowLimit ? row / Self.rowLimit : 1
        self.divisor = divisor
        weights = model.weights.map { Float((Double($0) / divisor).rounded()) }
        fields = model.fields.map { Float((Double($0) / divisor).rounded()) }
        // Rounding may add half a unit a coupling.
        let largest = row / divisor + (divisor == 1 ? 0 : Double(model.largestDegree) / 2)
        let bits = Swift.max(4, Swift.min(16, 23 - Swift.max(0, Int(largest.exponent))))
        resolution = Float(sign: .plus, exponent: largest >= 1 ? bits : 16, significand: 1)
        var squares = 0.0
        for weight in weights { squares += Double(weight) * Double(weight) }
        for field in fields { squares += Double(field) * Double(field) }
        strength = squares > 0 ? Float(0.5 / (squares / Double(count)).squareRoot()) : 0
        kernel = DenseProductKernel(instructionSet)
        matrix = .allocate(capacity: isDense ? Swift.max(1, count * count) : 1)
        if isDense {
            matrix.initialize(repeating: 0, count: Swift.max(1, count * count))
            for i in 0..<count {
                for place in model.starts[i]..<model.starts[i + 1] { matrix[i * count + Int(model.neighbours[place])] = weights[place] }
            }
        }
    }

    deinit { matrix.deallocate() }

    var scratchBytes: Int { kernel.scratchBytes }

    /// out[i] = Σⱼ Jᵢⱼ·x[j] for some rows; x holds sixteen agents a variable.
    func multiply(
        _ x: UnsafePointer<SIMD16<Float>>, into out: UnsafeMutablePointer<SIMD16<Float>>, rows: Range<Int>, scratch: UnsafeMutableRawPointer
    ) {
        if isDense {
            let count = model.variables
            let width = BifurcationGroup.width
            kernel.multiply(
                .init(matrix, row: count, column: 1), .init(UnsafeRawPointer(x).assumingMemoryBound(to: Float.self), row: width, column: 1),
                into: UnsafeMutableRawPointer(out).assumingMemoryBound(to: Float.self), stride: width, rows: rows, columns: 0..<width, depth: count,
                accumulate: false, rounded: false, scratch: scratch)
            return
        }
        weights.withUnsafeBufferPointer { weights in
            model.neighbours.withUnsafeBufferPointer { neighbours in
                model.starts.withUnsafeBufferPointer { starts in
                    for i in rows {
                        var sum = SIMD16<Float>.zero
                        for place in starts[i]..<starts[i + 1] { sum += weights[place] * x[Int(neighbours[place])] }
                        out[i] = sum
                    }
                }
            }
        }
    }

    /// Rows that take about a millisecond.
    var rowsPerPoll: Int {
        let perRow = isDense ? Double(model.variables) : Swift.max(1, model.meanDegree) * 4
        return Swift.max(1, Int(1_000_000 / Swift.max(1, perRow)))
    }

    /// c·λ, λ being the largest eigenvalue of J, from below: power iteration on J + σ₁·1, which makes that eigenvalue the one of largest magnitude.
    func stiffness(_ monitor: SearchMonitor) -> Double {
        let count = model.variables
        var generator = SeededGenerator(seed: 0).split("stiffness")
        var x = (0..<count).map { _ in Double(generator.uniform()) - 0.3 }
        let shift = 1 / Double(Swift.max(strength, .leastNormalMagnitude))
        var value = 0.0
        for _ in 0..<12 {
            let norm = x.reduce(0) { $0 + $1 * $1 }
            guard norm > 0 else { return 0 }
            var next = [Double](repeating: 0, count: count)
            var (product, made) = (0.0, 0)
            for i in 0..<count {
                var sum = 0.0
                for place in model.starts[i]..<model.starts[i + 1] { sum += Double(weights[place]) * x[Int(model.neighbours[place])] }
                product += x[i] * sum
                next[i] = sum + shift * x[i]
                made += model.starts[i + 1] - model.starts[i] + 1
                if made > 500_000 {
                    guard monitor.poll(updates: 0) else { return 0 }
                    made = 0
                }
            }
            value = product / norm
            let scale = next.reduce(0) { Swift.max($0, $1.magnitude) }
            x = scale > 0 ? next.map { $0 / scale } : next
        }
        return Swift.max(0, value * Double(strength))
    }
}
