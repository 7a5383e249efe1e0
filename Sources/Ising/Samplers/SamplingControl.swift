/// The limits of a search and its line to the caller. All limits are optional; a sampler without any ends by its own options.
public struct SamplingControl: Sendable {
    /// Seconds from the start of the call; kept within 10 ms.
    public var timeLimit: Double?
    /// The search ends at the first assignment with this energy or less.
    public var target: Double?
    /// Proposals (evaluations of a flip) after which the search ends, checked as often as the clock.
    public var updateLimit: Int?
    /// Threads that work. Results do not depend on it.
    public var threads: Int
    /// Assignments to start from, for samplers that can: read k starts from number k mod count. Others ignore them.
    public var initialStates: [PackedSpins]
    /// Seconds on a clock that never goes back.
    public var seconds: @Sendable () -> Double
    /// True once the search should end. Polled every millisecond or so from any thread.
    public var isCancelled: @Sendable () -> Bool
    /// Called at every improvement, one call at a time, from any thread.
    public var onImprovement: @Sendable (Improvement) -> Void

    public init(
        timeLimit: Double? = nil, target: Double? = nil, updateLimit: Int? = nil, threads: Int = 1, initialStates: [PackedSpins] = [],
        seconds: @escaping @Sendable () -> Double = SamplingControl.monotonicSeconds, isCancelled: @escaping @Sendable () -> Bool = { false },
        onImprovement: @escaping @Sendable (Improvement) -> Void = { _ in }
    ) {
        precondition(threads >= 1, "a search needs at least one thread, not \(threads)")
        self.timeLimit = timeLimit
        self.target = target
        self.updateLimit = updateLimit
        self.threads = threads
        self.initialStates = initialStates
        self.seconds = seconds
        self.isCancelled = isCancelled
        self.onImprovement = onImprovement
    }

    private static let epoch = ContinuousClock().now

    /// The clock of the process, for callers who bring none.
    public static let monotonicSeconds: @Sendable () -> Double = {
        let elapsed = ContinuousClock().now - epoch
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }
}

/// A best-so-far: its energy, when it came, and how many proposals had been made.
public struct Improvement: Hashable, Sendable, Codable {
    public var energy: Double
    /// Since the start of the call.
    public var seconds: Double
    public var updates: Int

    public init(energy: Double, seconds: Double, updates: Int) {
        self.energy = energy
        self.seconds = seconds
        self.updates = updates
    }
}
