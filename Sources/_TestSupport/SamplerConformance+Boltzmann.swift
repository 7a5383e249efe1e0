internal import Foundation
public import Ising

extension SamplerConformance {
    /// Chi-square of the frequencies of all states against exp(−βE)/Z, on small models with fields, with symmetry and of two parts.
    mutating func checkBoltzmann() {
        guard let atTemperature = traits.atTemperature else { return }
        let reads = 20_000
        for beta in [0.3, 0.8] {
            for (name, model) in Self.thermal() {
                guard let set = sample(model, name, seed: 5, by: atTemperature(beta, reads)) else { continue }
                expect(set.reads == reads, "\(name) at a fixed temperature: \(set.reads) reads instead of \(reads)")
                let deviation = Self.deviation(set, model, beta)
                expect(deviation < 5, "\(name) at β = \(beta): frequencies are \(deviation) standard deviations of chi-square off")
            }
        }
    }

    private static func thermal() -> [(String, IsingModel)] {
        do {
            return [
                ("a ring with fields", try IsingModel(fields: [1, 0, -1, 0], couplings: [(0, 1, -1), (1, 2, 1), (2, 3, -1), (0, 3, -1)])),
                ("a triangle", try IsingModel(fields: [0, 0, 0], couplings: [(0, 1, 1), (1, 2, 1), (0, 2, 1)])),
                ("a chain of two weights", try IsingModel(fields: [0, 2, 0, 0, 0], couplings: [(0, 1, 2), (1, 2, -1), (3, 4, 1)])),
            ]
        } catch {
            preconditionFailure("a thermal model is wrong: \(error)")
        }
    }

    /// (χ² − k) / √(2k) for k degrees of freedom: below 5, with certainty for a sampler that is right.
    public static func deviation(_ set: SampleSet, _ model: IsingModel, _ beta: Double) -> Double {
        let energies = SmallModels.enumerated(model).energies
        let weights = energies.map { exp(-beta * ($0 - (energies.min() ?? 0))) }
        let sum = weights.reduce(0, +)
        var counts = [Double](repeating: 0, count: energies.count)
        for sample in set.samples { counts[Int(sample.spins.words.first ?? 0)] += Double(sample.occurrences) }
        let reads = Double(set.reads)
        var (square, pooledCount, pooledExpected, cells) = (0.0, 0.0, 0.0, 0.0)
        for (count, weight) in zip(counts, weights) {
            let expected = reads * weight / sum
            // Rare states are counted together: chi-square is a law of large numbers.
            if expected < 10 {
                pooledCount += count
                pooledExpected += expected
            } else {
                square += (count - expected) * (count - expected) / expected
                cells += 1
            }
        }
        if pooledExpected > 5 {
            square += (pooledCount - pooledExpected) * (pooledCount - pooledExpected) / pooledExpected
            cells += 1
        }
        let freedom = Swift.max(1, cells - 1)
        return (square - freedom) / (2 * freedom).squareRoot()
    }
}
