internal import BitCore
internal import Datasets
internal import Foundation
internal import Ising
internal import QUBOTraining

/// The Ising family's part of the demo: a small network whose weights are spins, found by annealing them. No gradient, no latent weight, no batch norm.
struct DemoSpins {
    /// Inputs are signs too, one neuron a class decides by its sum.
    static let layers = [64, 48, 10]
    /// Flips tried for each epoch of the others.
    static let updatesPerEpoch = 20_000
    /// How far ahead a class's sum should be.
    static let hinge = 12

    /// - Returns: nil when it was stopped.
    static func row(_ data: LabelledData, seed: UInt64, epochs: Int, path: String, _ control: RunControl) throws -> DemoReport.Row? {
        let encoding = SpinEncoding().resolved(on: data.train)
        let train = try LabelledSpins(data.train, encoding: encoding)
        let task = DiscreteTask(
            network: try SpinNetwork(layers: layers), samples: try SpinSamples(train, .all), train: train, task: .all,
            test: .items(try LabelledSpins(data.test, encoding: encoding)), encoding: encoding, notes: [])
        let problem = try SpinProblem(task.network, task.samples, TrainingObjective(loss: .hinge(margin: hinge)))
        control.onProgress(Progress(stage: "annealing weights", completed: 0, total: nil, unit: "flips"))
        let start = control.seconds()
        let solution = try SpinForm.weights.solver(nil).solve(
            problem, seed: seed,
            control: SamplingControl(updateLimit: updatesPerEpoch * epochs, seconds: control.seconds, isCancelled: control.isCancelled))
        let seconds = control.seconds() - start
        guard !control.isCancelled() else { return nil }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let file = path + "/" + TrainedSpins.fileName
        try TrainedSpins(task, weights: solution.weights, evaluation: solution.evaluation).write(to: file)
        return .init(
            family: "ising", optimizer: "weights", testAccuracy: try task.testAccuracy(solution.weights) ?? 0, seconds: seconds,
            epochs: epochs, parameterBytes: (task.network.weights + 7) / 8, modelPath: file)
    }
}
