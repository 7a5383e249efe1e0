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
    /// What evaluation runs, when it is not `network`.
    public var shipping: Network?

    /// Items of 12×5 bytes in 3 classes, told apart by where the bright pixels are.
    public init(kernel: ParameterEncoding, optimizer: Optimizer, epochs: Int = 3, seed: UInt64 = 1) throws {
        train = try Self.data(items: 230, seed: 10)
        test = try Self.data(items: 90, seed: 11)
        network = try Self.network(kernel: kernel)
        self.optimizer = optimizer
        options = TrainingOptions(
            epochs: epochs, batchSize: 32, seed: seed, encoding: .scaled(zeroPoint: 128, shift: 7), flipInterval: 2)
    }

    public func trainer(threads: Int = 1) throws(RoutingError) -> Trainer {
        try Trainer(network, optimizer, options, context(threads: threads), shipping: shipping)
    }

    private static func network(kernel: ParameterEncoding) throws -> Network {
        var builder = NetworkBuilder(input: Signal([60], .byte(zeroPoint: 128, shift: 7)))
        try builder.add(Dense(70, kernel: kernel), named: "dense1")
        try builder.add(BatchNorm(), named: "norm1")
        try builder.add(Sign(), named: "sign1")
        try builder.add(Dense(3, kernel: kernel), named: "dense2")
        try builder.add(BatchNorm(isOutput: kernel != .real), named: "norm2")
        return builder.build()
    }

    public func context(threads: Int = 1) -> ExecutionContext {
        ExecutionContext(engine: PortableEngine(), parallel: Parallel(threads: threads))
    }

    /// One run of each rule, with the encoding it needs.
    public static func all(epochs: Int = 3) throws -> [String: TinyRun] {
        let rate = Schedule.cosine(from: 1e-2, to: 1e-4)
        let adam = Adam(learningRate: rate)
        let latent: [any UpdateRule] = [
            SGD(learningRate: 0.3), Momentum(learningRate: 0.05), Momentum(learningRate: 0.05, momentum: .linear(from: 0.5, to: 0.9), nesterov: true), adam,
            RAdam(learningRate: 0.02, beta2: .linear(from: 0.9, to: 0.99)), SignSGD(learningRate: rate), Signum(learningRate: rate),
        ]
        let bits: [any UpdateRule] = [
            Bop(gamma: .linear(from: 1e-2, to: 1e-3), threshold: 1e-6),
            Bop2(gamma: .linear(from: 1e-2, to: 1e-3), sigma: .cosine(from: 1e-3, to: 1e-2), threshold: 1e-3),
            Bop2(gamma: .linear(from: 1e-2, to: 1e-3), sigma: 1e-2, threshold: 1e-3, isBiasCorrected: false),
            SignMomentum(gamma: .linear(from: 1e-2, to: 1e-3)), BooleanAccumulator(rate: 20.0),
        ]
        var runs: [String: TinyRun] = [:]
        for (index, rule) in latent.enumerated() {
            let name = runs[rule.name] == nil ? rule.name : rule.name + "\(index)"
            runs[name] = try TinyRun(kernel: .latentBinary, optimizer: Optimizer([.init(.everythingElse, rule)]), epochs: epochs)
        }
        for (name, connect) in [
            ("binaryconnect", BinaryConnect(learningRate: 1e-3)),
            ("binaryconnect-momentum", BinaryConnect(learningRate: 3e-3, descent: .momentum(0.9, nesterov: false))),
        ] {
            runs[name] = try TinyRun(
                kernel: .latentBinary, optimizer: Optimizer([.init(.encoding(.latentBinary), connect), .init(.everythingElse, adam)]), epochs: epochs)
        }
        for rule in bits {
            runs[rule.name] = try TinyRun(
                kernel: .binary, optimizer: Optimizer([.init(.encoding(.binary), rule), .init(.everythingElse, adam)]), epochs: epochs)
        }
        for levels in ProxQuant.Levels.allCases {
            let rule = ProxQuant(
                levels: levels, learningRate: 1e-2, strength: .ramp(perEpoch: levels == .binary ? 0.5 : 1), freezeEpoch: max(epochs * 2 / 3, 1))
            var run = try TinyRun(
                kernel: .real, optimizer: Optimizer([.init(.role(.kernel), rule), .init(.everythingElse, adam)]), epochs: epochs)
            if levels == .binary { run.shipping = try network(kernel: .binary) }
            runs[levels == .binary ? "proxquant" : "proxquant-ternary"] = run
        }
        return runs
    }

    /// The names of `all`.
    public static let names = [
        "sgd", "momentum", "momentum2", "adam", "radam", "signsgd", "signum", "binaryconnect", "binaryconnect-momentum", "bop", "bop2", "bop2-biased",
        "sign-m", "bold", "proxquant", "proxquant-ternary",
    ]

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
