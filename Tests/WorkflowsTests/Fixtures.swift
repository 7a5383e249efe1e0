import BinaryInference
import BinaryNN
import BinaryTraining
import BitCore
import Datasets
import DenseMath
import Deployment
import Foundation
import ModelZoo
import Workflows

enum Fixtures {
    /// A clock that moves by a hundredth of a second each time it is read, so that rates are finite and nothing depends on the machine.
    static func control(isCancelled: @escaping @Sendable () -> Bool = { false }) -> RunControl {
        let clock = Clock()
        return RunControl(seconds: { clock.next() }, isCancelled: isCancelled)
    }

    final class Clock: @unchecked Sendable {
        private let lock = NSLock()
        private var now = 0.0
        func next() -> Double {
            lock.withLock {
                now += 0.01
                return now
            }
        }
    }

    /// A folder that is removed after `body`.
    static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    /// A small network trained for one epoch on the digits: about 80 % right, in a moment.
    static let digits: InferenceModel = {
        do {
            let data = try LabelledData.digits()
            let encoding = InputEncoding.binarised(threshold: 8)
            let network = try MultilayerPerceptron(widths: [64, 128, 10]).network(input: .sign)
            let context = ExecutionContext(engine: PortableEngine())
            let options = TrainingOptions(epochs: 2, batchSize: 32, encoding: encoding)
            var trainer = try Trainer(network, Optimizer([.init(.everythingElse, Adam(learningRate: 0.01))]), options, context)
            try trainer.train(data.train, test: nil, TrainingHooks())
            return try Lowering.lower(
                network, trainer.state.parameters, input: .init(shape: [8, 8], threshold: 8), labels: data.test.classNames, name: "digits")
        } catch {
            preconditionFailure("the digits network cannot be made: \(error)")
        }
    }()

    /// Writes the digits network into `folder` and returns its path.
    static func digitsFile(in folder: String) throws -> String {
        let path = folder + "/digits.safetensors"
        try digits.write(to: path)
        return path
    }
}
