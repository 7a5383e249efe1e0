import BitCore
import Foundation
import Ising
import QUBOTraining
import Testing

/// Weight flips evaluated in a second, printed: `SPINFLIP_RATES=1 swift test -c release --filter WeightSpaceRates`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SPINFLIP_RATES"] != nil), .serialized) struct WeightSpaceRates {
    /// Ten classes: noisy copies of random prototypes.
    static func task(samples: Int) throws -> (SpinNetwork, SpinSamples) {
        var generator = SeededGenerator(seed: 1)
        let prototypes = (0..<10 * 784).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 }
        var values: [Int8] = []
        let labels = (0..<samples).map { $0 % 10 }
        for label in labels { values += (0..<784).map { generator.index(below: 10) < 4 ? -prototypes[label * 784 + $0] : prototypes[label * 784 + $0] } }
        return (try SpinNetwork(layers: [784, 16, 10]), try SpinSamples(inputs: 784, outputs: 10, values: values, labels: labels))
    }

    @Test func flipsOfALargeNetwork() throws {
        for loss in [TrainingObjective.Loss.hamming, .hinge(margin: 4)] {
            var first = 0.0
            for samples in [512, 1000, 2048, 4096, 8192] {
                let (network, data) = try Self.task(samples: samples)
                let problem = try SpinProblem(network, data, TrainingObjective(loss: loss))
                let any = PackedSpins(count: network.weights)
                let clock = ContinuousClock()
                let reference = clock.measure { _ = problem.evaluate(any) } / .seconds(1)
                var solution: SpinSolution?
                let total =
                    try clock.measure {
                        solution = try WeightAnnealing(.init(reads: 1, sweeps: 60)).solve(problem, seed: 1)
                    } / .seconds(1)
                guard let solution else { continue }
                let rate = Double(solution.updates) / (total - reference)
                let each = 1e9 / rate
                if samples == 512 { first = each }
                print(
                    "\(loss), \(samples) samples: \(Int(rate)) flips/s, \(Int(each)) ns, \(each / first) of 512 samples' (linear: \(Double(samples) / 512)); "
                        + "\(solution.evaluation.errors) wrong outputs, \(solution.evaluation.correct) right, reference \(reference) s")
            }
        }
    }

    @Test func timesOfTeachers() throws {
        let clock = ContinuousClock()
        for (layers, samples) in [([9, 3, 1], 10), ([9, 3, 1], 20), ([25, 5, 1], 20)] {
            var times: [Double] = []
            var solved = 0
            for seed in 0..<20 {
                let problem = try WeightSpaceCase.teacher(layers, samples: samples, seed: UInt64(seed))
                times.append(
                    try clock.measure {
                        let solution = try WeightAnnealing().solve(problem, seed: UInt64(seed), control: SamplingControl(timeLimit: 10))
                        if solution.evaluation.errors == 0 { solved += 1 }
                    } / .seconds(1))
            }
            times.sort()
            print("\(layers) S=\(samples): \(solved)/20, median \(times[10] * 1000) ms, longest \(times[19] * 1000) ms")
        }
    }

    @Test func timesOfEnumeration() throws {
        let clock = ContinuousClock()
        for seed in 0..<3 {
            let problem = try WeightSpaceCase.teacher([9, 3, 1], samples: 20, seed: UInt64(seed))
            var outcome: WeightEnumeration.Outcome?
            let time = try clock.measure { outcome = try WeightEnumeration().enumerate(problem) } / .seconds(1)
            print("9-3-1 S=20: \(time) s, \(outcome?.optima ?? -1) optima of objective \(outcome?.energy ?? -1)")
            let margins = try SpinProblem(problem.network, problem.samples, TrainingObjective(margin: MarginReward()))
            let longer = try clock.measure { outcome = try WeightEnumeration().enumerate(margins) } / .seconds(1)
            print("with margins: \(longer) s, \(outcome?.optima ?? -1) optima of objective \(outcome?.energy ?? -1)")
        }
    }
}
