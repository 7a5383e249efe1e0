import BitCore
import QUBOTraining

/// Random layers, and the definition to compare with.
enum ProjectionFixtures {
    struct Layer {
        var inputs: PackedTensor
        var targets: Tensor

        func problem(scale: Float = 1) throws -> ProjectionProblem { try ProjectionProblem(inputs: inputs, targets: targets, scale: scale) }

        /// Σ_b y'_b·sign(d·x_b), by the definition.
        func objective(_ row: Int, _ isPlus: (Int) -> Bool) -> Double {
            let outputs = targets.shape[1]
            return (0..<inputs.shape[0]).reduce(0.0) { sum, sample in
                let dot = (0..<inputs.shape[1]).reduce(0) { $0 + (inputs[sample, $1] == isPlus($1) ? 1 : -1) }
                return sum + (dot >= 0 ? 1 : -1) * Double(targets[sample * outputs + row])
            }
        }

        /// The largest objective, and how many directions have it.
        func optimum(_ row: Int) -> (value: Double, count: Int) {
            var best = (value: -Double.infinity, count: 0)
            for direction in 0..<1 << inputs.shape[1] {
                let value = objective(row) { direction >> $0 & 1 == 1 }
                if value > best.value { best = (value, 1) } else if value == best.value { best.count += 1 }
            }
            return best
        }
    }

    /// - Parameter grid: gradients are multiples of 1/64 between −1 and 1, so sums of them are exact; without it normal.
    static func layer(_ seed: UInt64, batch: Int, fanIn: Int, outputs: Int, grid: Bool = true) -> Layer {
        var generator = SeededGenerator(seed: seed).split("projection")
        var inputs = PackedTensor(minusOnes: [batch, fanIn])
        for sample in 0..<batch {
            for input in 0..<fanIn { inputs[sample, input] = generator.next() & 1 == 1 }
        }
        let values = (0..<batch * outputs).map { _ in grid ? Float(generator.index(below: 129) - 64) / 64 : generator.normal() }
        return Layer(inputs: inputs, targets: Tensor(values, shape: [batch, outputs]))
    }
}
