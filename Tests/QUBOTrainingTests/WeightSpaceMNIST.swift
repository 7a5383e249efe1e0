import BitCore
import Datasets
import Foundation
import Ising
import QUBOTraining
import Synchronization
import Testing

private let environment = ProcessInfo.processInfo.environment

/// All of MNIST without a gradient, printed: `SPINFLIP_DATA=… SPINFLIP_RATES=1 SPINFLIP_MINUTES=10 swift test -c release --filter WeightSpaceMNIST`.
@Suite(.enabled(if: environment["SPINFLIP_RATES"] != nil && environment["SPINFLIP_DATA"] != nil)) struct WeightSpaceMNIST {
    private static func problem(_ data: Dataset, margin: Int, hidden: Int) throws -> SpinProblem {
        let values = data.features.map { $0 > 127 ? Int8(1) : -1 }
        let samples = try SpinSamples(inputs: 784, outputs: 10, values: values, labels: data.labels)
        return try SpinProblem(SpinNetwork(layers: [784, hidden, 10]), samples, TrainingObjective(loss: .hinge(margin: margin)))
    }

    @Test func accuracyAgainstTime() throws {
        func number(_ name: String, _ usual: Double) -> Double { environment[name].flatMap(Double.init) ?? usual }
        let data = try DatasetCatalog(folder: environment["SPINFLIP_DATA"] ?? "").load("mnist")
        let hidden = Int(number("SPINFLIP_HIDDEN", 600))
        let margin = Int(number("SPINFLIP_MARGIN", 40))
        let train = try Self.problem(data.train, margin: margin, hidden: hidden)
        let test = WeightLayout(try Self.problem(data.test, margin: margin, hidden: hidden))
        let judge = WeightState(test)
        let defaults = WeightBatches.Options()
        let options = WeightBatches.Options(
            first: Int(number("SPINFLIP_FIRST", Double(defaults.first))), last: environment["SPINFLIP_LAST"].flatMap(Int.init),
            hot: number("SPINFLIP_HOT", defaults.hot), cold: number("SPINFLIP_COLD", defaults.cold),
            batches: Int(number("SPINFLIP_BATCHES", Double(defaults.batches))), growth: number("SPINFLIP_GROWTH", defaults.growth))
        let minutes = number("SPINFLIP_MINUTES", 1)
        print("\(train.network.weights / 8) bytes of weights, \(options), margin \(margin), \(minutes) minutes")
        // One thread: the processor's time is that of a core, whoever else is on the machine. Judging is not counted.
        let judging = Mutex(0.0)
        let control = SamplingControl(timeLimit: 60 * minutes, seconds: { Double(clock()) / Double(CLOCKS_PER_SEC) - judging.withLock { $0 } })
        _ = try WeightBatches(options).weights(train, seed: 1, control: control) { weights, seconds in
            let begin = clock()
            judge.set(weights)
            print("\(Int(seconds)) s: test accuracy \(Double(judge.correct) / Double(test.problem.samples.count)), loss \(judge.loss)")
            judging.withLock { $0 += Double(clock() - begin) / Double(CLOCKS_PER_SEC) }
        }
    }
}
