/// What a sampler found: assignments by ascending energy, and how the search went.
public struct SampleSet: Sendable {
    public struct Sample: Hashable, Sendable {
        public let spins: PackedSpins
        /// Recomputed from the model in Double.
        public var energy: Double
        /// Reads that ended in this assignment.
        public var occurrences: Int

        public init(spins: PackedSpins, energy: Double, occurrences: Int = 1) {
            self.spins = spins
            self.energy = energy
            self.occurrences = occurrences
        }
    }

    /// Why the search ended.
    public enum StopReason: String, Hashable, Sendable, Codable, CaseIterable {
        /// All reads were made.
        case completed
        /// The best assignment was proved to be an optimum.
        case optimal
        case target, timeLimit, updateLimit, cancelled
    }

    /// Different assignments, by ascending energy; among equal energies by their bits. Never empty.
    public private(set) var samples: [Sample]
    public let stopReason: StopReason
    /// Proven: no assignment has less energy. nil when nothing is known.
    public var lowerBound: Double?
    /// Every improvement of the best energy, in order.
    public let trajectory: [Improvement]
    /// Proposals made.
    public let updates: Int
    /// Of the whole call.
    public let seconds: Double
    public let seed: UInt64
    /// Name of the sampler, and what it tells besides: the engine it chose, a restart count.
    public let sampler: String
    public var details: [String: String]

    /// Merges equal assignments and sorts.
    /// - Precondition: at least one sample.
    public init(
        _ samples: [Sample], stopReason: StopReason, lowerBound: Double? = nil, trajectory: [Improvement] = [], updates: Int = 0, seconds: Double = 0,
        seed: UInt64, sampler: String, details: [String: String] = [:]
    ) {
        precondition(!samples.isEmpty, "a sample set without samples")
        self.samples = Self.merged(samples)
        self.stopReason = stopReason
        self.lowerBound = lowerBound
        self.trajectory = trajectory
        self.updates = updates
        self.seconds = seconds
        self.seed = seed
        self.sampler = sampler
        self.details = details
    }

    /// The best.
    public var first: Sample { samples[0] }
    public var reads: Int { samples.reduce(0) { $0 + $1.occurrences } }

    /// When the best energy was reached; 0 without a trajectory.
    public var secondsToBest: Double { trajectory.last?.seconds ?? 0 }

    /// Replaces every energy by that of another function of the same assignments.
    public mutating func recompute(_ energy: (PackedSpins) -> Double) {
        samples = Self.merged(samples.map { Sample(spins: $0.spins, energy: energy($0.spins), occurrences: $0.occurrences) })
    }

    private static func merged(_ samples: [Sample]) -> [Sample] {
        let sorted = samples.sorted { ($0.energy, $0.spins) < ($1.energy, $1.spins) }
        var result: [Sample] = []
        for sample in sorted {
            if let last = result.last, last.spins == sample.spins {
                result[result.count - 1].occurrences += sample.occurrences
            } else {
                result.append(sample)
            }
        }
        return result
    }
}

extension PackedSpins: Comparable {
    /// By the words, first word first: an order without meaning, but always the same.
    public static func < (first: PackedSpins, second: PackedSpins) -> Bool { first.words.lexicographicallyPrecedes(second.words) }
}
