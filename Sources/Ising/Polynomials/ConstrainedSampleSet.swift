/// What a search of a constrained model found: assignments, feasible ones first, and how the search went.
public struct ConstrainedSampleSet: Sendable {
    public struct Sample: Hashable, Sendable {
        public let spins: PackedSpins
        /// The objective, recomputed in Double.
        public let energy: Double
        /// How far each constraint is from holding; 0 where it does.
        public let violations: [Double]
        public let occurrences: Int

        public var isFeasible: Bool { violations.allSatisfy { $0 == 0 } }
    }

    /// Different assignments: feasible ones by energy, then the others by the number of constraints that do not hold, and by energy. Never empty.
    public let samples: [Sample]
    public let stopReason: SampleSet.StopReason
    /// Every improvement of the best feasible energy, in order.
    public let trajectory: [Improvement]
    /// Proposals made.
    public let updates: Int
    public let seconds: Double
    public let seed: UInt64
    public let sampler: String
    public var details: [String: String]

    /// The samples of a set judged by a model; the energies of the set are not used.
    /// - Parameter monitor: of the search; where its time is limited, what there is no room for is left out, the best excepted.
    init(_ set: SampleSet, model: ConstrainedModel, monitor: SearchMonitor) {
        let evaluations = monitor.judged((monitor.best.map { [$0] } ?? []) + set.samples.map(\.spins)) { model.evaluate($0.bits) }
        let judged = set.samples.compactMap { sample in
            evaluations[sample.spins].map {
                Sample(spins: sample.spins, energy: $0.energy, violations: $0.violations, occurrences: sample.occurrences)
            }
        }
        samples = judged.map { ($0.violations.count { $0 > 0 }, $0) }
            .sorted { ($0.0, $0.1.energy, $0.1.spins) < ($1.0, $1.1.energy, $1.1.spins) }.map(\.1)
        stopReason = set.stopReason
        trajectory = set.trajectory
        updates = set.updates
        seconds = set.seconds
        seed = set.seed
        sampler = set.sampler
        details = set.details
    }

    /// The best.
    public var first: Sample { samples[0] }
    /// Whether any sample meets all constraints.
    public var isFeasible: Bool { first.isFeasible }
    public var reads: Int { samples.reduce(0) { $0 + $1.occurrences } }
    /// When the best energy was reached; 0 without a trajectory.
    public var secondsToBest: Double { trajectory.last?.seconds ?? 0 }
}
