public import BinaryTraining

/// One line of a run log. Every line is a JSON object whose `event` says what it is; README.md of this module documents the keys.
public enum RunEvent: Sendable, Hashable {
    case start(Start)
    case epoch(Epoch)
    case note(Note)
    case end(End)
    /// An event that this version does not know. Read over, never written.
    case unknown(String)

    /// A run begins, or goes on from a checkpoint.
    public struct Start: Sendable, Hashable, Codable {
        /// Seconds since 1970; nil in logs that shall not depend on when they were written.
        public var time: Double?
        /// What the run is called in reports; the folder's name when nil.
        public var name: String?
        public var version: String?
        public var model: String
        public var dataset: String
        public var optimizer: String
        public var seed: UInt64
        public var epochs: Int
        public var batchSize: Int
        public var threads: Int?
        /// Dense engine and instruction set, as text.
        public var engine: String?
        /// Epochs that were done before: 0 for a new run.
        public var resumedAt: Int
        /// All further settings, as on the command line.
        public var settings: [String: String]

        public init(
            time: Double? = nil, name: String? = nil, version: String? = nil, model: String, dataset: String, optimizer: String, seed: UInt64,
            epochs: Int, batchSize: Int, threads: Int? = nil, engine: String? = nil, resumedAt: Int = 0, settings: [String: String] = [:]
        ) {
            self.time = time
            self.name = name
            self.version = version
            self.model = model
            self.dataset = dataset
            self.optimizer = optimizer
            self.seed = seed
            self.epochs = epochs
            self.batchSize = batchSize
            self.threads = threads
            self.engine = engine
            self.resumedAt = resumedAt
            self.settings = settings
        }
    }

    /// An epoch is done.
    public struct Epoch: Sendable, Hashable, Codable {
        public struct Layer: Sendable, Hashable, Codable {
            public var name: String
            /// Mean share of the layer's signs that changed in a step.
            public var flipRatio: Double?
            /// √ of the mean square of the gradient's elements, over the steps measured.
            public var gradientRMS: Double?
            /// Share of the weights below the rule's threshold.
            public var belowThreshold: Double?
            /// Share of the weights that are +1.
            public var weightBalance: Double?
            /// What the rule has to say, summed over the steps of the epoch: `projection.objective`.
            public var measures: [String: Double]?

            public init(
                name: String, flipRatio: Double? = nil, gradientRMS: Double? = nil, belowThreshold: Double? = nil, weightBalance: Double? = nil,
                measures: [String: Double]? = nil
            ) {
                self.measures = measures
                self.name = name
                self.flipRatio = flipRatio
                self.gradientRMS = gradientRMS
                self.belowThreshold = belowThreshold
                self.weightBalance = weightBalance
            }

            /// What the trainer reports of the kernel called `name`.
            init(_ name: String, _ report: EpochReport) {
                let measured = report.diagnostics[name]
                self.init(
                    name: name, flipRatio: report.flipRatios[name], gradientRMS: measured?.gradientRMS, belowThreshold: measured?.belowThreshold,
                    weightBalance: measured?.weightBalance, measures: report.measures?[name])
            }
        }

        public var time: Double?
        /// Counted from 1.
        public var epoch: Int
        /// Steps done since the run began.
        public var step: Int
        public var trainLoss: Double
        public var trainAccuracy: Double
        public var testAccuracy: Double?
        public var validationAccuracy: Double?
        /// Mean share of all signs that changed in a step.
        public var flipRatio: Double?
        public var layers: [Layer]
        /// By rule: `adam.learningRate`; other scheduled numbers stand here too.
        public var learningRates: [String: Double]
        public var imagesPerSecond: Double
        /// Of this epoch, test excluded.
        public var seconds: Double
        /// Part of `seconds` in which the steps waited for their batches.
        public var waitSeconds: Double?
        /// Greatest resident memory of the process so far.
        public var peakBytes: Int?

        public init(
            time: Double? = nil, epoch: Int, step: Int, trainLoss: Double, trainAccuracy: Double, testAccuracy: Double? = nil,
            validationAccuracy: Double? = nil, flipRatio: Double? = nil, layers: [Layer] = [], learningRates: [String: Double] = [:],
            imagesPerSecond: Double, seconds: Double, waitSeconds: Double? = nil, peakBytes: Int? = nil
        ) {
            self.time = time
            self.epoch = epoch
            self.step = step
            self.trainLoss = trainLoss
            self.trainAccuracy = trainAccuracy
            self.testAccuracy = testAccuracy
            self.validationAccuracy = validationAccuracy
            self.flipRatio = flipRatio
            self.layers = layers
            self.learningRates = learningRates
            self.imagesPerSecond = imagesPerSecond
            self.seconds = seconds
            self.waitSeconds = waitSeconds
            self.peakBytes = peakBytes
        }

        /// What the trainer reports, as a line.
        public init(_ report: EpochReport, time: Double? = nil, peakBytes: Int? = nil) {
            self.init(
                time: time, epoch: report.epoch, step: report.step, trainLoss: report.trainLoss, trainAccuracy: report.trainAccuracy,
                testAccuracy: report.testAccuracy, validationAccuracy: report.validationAccuracy, flipRatio: report.flipRatio,
                layers: Set(report.flipRatios.keys).union(report.diagnostics.keys).union((report.measures ?? [:]).keys).sorted(by: Self.natural).map {
                    Layer($0, report)
                },
                learningRates: report.schedules, imagesPerSecond: report.imagesPerSecond, seconds: report.seconds, waitSeconds: report.waitSeconds,
                peakBytes: peakBytes)
        }

        /// `dense2` before `dense10`: runs of digits compare as numbers.
        static func natural(_ a: String, _ b: String) -> Bool {
            func parts(_ text: String) -> [(text: Substring, number: Int?)] {
                text.split(omittingEmptySubsequences: true) { $0 == "." || $0 == "/" }.map { part in
                    let digits = part.reversed().prefix { $0.isASCII && $0.isNumber }.count
                    return (part.dropLast(digits), Int(part.suffix(digits)))
                }
            }
            for (x, y) in zip(parts(a), parts(b)) where x.text != y.text || x.number != y.number {
                return x.text != y.text ? x.text < y.text : (x.number ?? -1) < (y.number ?? -1)
            }
            return a < b
        }
    }

    /// Anything worth a line.
    public struct Note: Sendable, Hashable, Codable {
        public var time: Double?
        public var text: String

        public init(time: Double? = nil, text: String) {
            self.time = time
            self.text = text
        }
    }

    /// The run is over, or stopped where it can go on.
    public struct End: Sendable, Hashable, Codable {
        public enum Reason: String, Sendable, Hashable, Codable {
            case completed, interrupted, failed
        }

        public var time: Double?
        public var reason: Reason
        /// Epochs done.
        public var epochs: Int
        /// Of the written model.
        public var testAccuracy: Double?
        /// Of the whole run, everything included.
        public var seconds: Double
        public var peakBytes: Int?
        public var modelPath: String?

        public init(
            time: Double? = nil, reason: Reason, epochs: Int, testAccuracy: Double? = nil, seconds: Double, peakBytes: Int? = nil,
            modelPath: String? = nil
        ) {
            self.time = time
            self.reason = reason
            self.epochs = epochs
            self.testAccuracy = testAccuracy
            self.seconds = seconds
            self.peakBytes = peakBytes
            self.modelPath = modelPath
        }
    }
}

extension RunEvent: Codable {
    private enum Key: String, CodingKey { case event }

    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .event) {
        case "start": self = .start(try Start(from: decoder))
        case "epoch": self = .epoch(try Epoch(from: decoder))
        case "note": self = .note(try Note(from: decoder))
        case "end": self = .end(try End(from: decoder))
        case let other: self = .unknown(other)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .start(let start):
            try container.encode("start", forKey: .event)
            try start.encode(to: encoder)
        case .epoch(let epoch):
            try container.encode("epoch", forKey: .event)
            try epoch.encode(to: encoder)
        case .note(let note):
            try container.encode("note", forKey: .event)
            try note.encode(to: encoder)
        case .end(let end):
            try container.encode("end", forKey: .event)
            try end.encode(to: encoder)
        case .unknown(let event): try container.encode(event, forKey: .event)
        }
    }
}
