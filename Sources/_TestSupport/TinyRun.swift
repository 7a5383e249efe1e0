public import BinaryNN
public import BinaryTraining
internal import BitCore
public import Datasets
internal import DenseMath

/// A small training run that takes well under a second: a teacher's labels on random bytes.
public struct TinyRun: Sendable {
    public var train: Dataset
    public var test: Dataset
    public var network: Network
    public var optimizer: Optimizer
    public var options: TrainingOptions

    /// Items of 12×5 bytes in 3 classes, told apart by where the bright pixels are.
    public init(kernel: ParameterEncoding, optimizer: Optimizer, epochs: Int = 3, seed: UInt64 = 1, shift: Int = 0) throws {
        train = try Self.data(items: 230, seed: 10)
        test = try Self.data(items: 90, seed: 11)
        var builder = NetworkBuilder(input: Signal([60], .byte(zeroPoint: 128, shift: 7)))
        try builder.add(Dense(70, kernel: kernel), named: "dense1")
        try builder.add(BatchNorm(), named: "norm1")
        try builder.add(Sign(), named: "sign1")
        try builder.add(Dense(3, kernel: kernel), named: "dense2")
        try builder.add(BatchNorm(isOutput: true), named: "norm2")
        network = builder.build()
        self.optimizer = optimizer
        options = TrainingOptions(
            epochs: epochs, batchSize: 32, seed: seed, encoding: .scaled(zeroPoint: 128, shift: 7), shift: shift, flipInterval: 2)
    }

    public func trainer(threads: Int = 1) throws(RoutingError) -> Trainer {
        try Trainer(network, optimizer, options, context(threads: threads))
    }

    public func context(threads: Int = 1) -> ExecutionContext {
        ExecutionContext(engine: PortableEngine(), parallel: Parallel(threads: threads))
    }

    /// One run of each rule, with the encoding it needs.
    public static func all(epochs: Int = 3) throws -> [String: TinyRun] {
        let adam = Adam(learningRate: .cosine(from: 1e-2, to: 1e-4))
        let bop = Bop(gamma: .linear(from: 1e-2, to: 1e-3), threshold: 1e-6)
        return [
            "adam": try TinyRun(kernel: .latentBinary, optimizer: Optimizer([.init(.everythingElse, adam)]), epochs: epochs),
            "bop": try TinyRun(
                kernel: .binary, optimizer: Optimizer([.init(.encoding(.binary), bop), .init(.everythingElse, adam)]), epochs: epochs),
        ]
    }

    private static func data(items: Int, seed: UInt64) throws -> Dataset {
        var generator = SeededGenerator(seed: seed)
        var features: [UInt8] = []
        var labels: [Int] = []
        for item in 0..<items {
            labels.append(item % 3)
            for pixel in 0..<60 {
                let bright = pixel / 20 == item % 3
                features.append(UInt8(generator.index(below: 160) + (bright ? 95 : 0)))
            }
        }
        return try Dataset(name: "thirds", itemShape: [12, 5], features: features, labels: labels, classNames: ["top", "middle", "bottom"])
    }
}
