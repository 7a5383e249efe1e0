/// One line of `spinflip bench`: what ran, how long it took, and how near it came to what the machine can do.
public struct BenchmarkRow: Codable, Sendable, Hashable {
    /// Spread of a time over the repeats, in seconds.
    public struct Seconds: Codable, Sendable, Hashable {
        public var min: Double
        public var median: Double
        public var max: Double

        public init(min: Double, median: Double, max: Double) {
            (self.min, self.median, self.max) = (min, median, max)
        }

        /// - Precondition: at least one time.
        public init(_ times: [Double]) {
            precondition(!times.isEmpty, "a spread needs at least one time")
            let sorted = times.sorted()
            let middle = sorted.count / 2
            let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
            self.init(min: sorted[0], median: median, max: sorted[sorted.count - 1])
        }
    }

    /// What ran: `xnor product`, `pack signs`.
    public var name: String
    /// Its size: `1024×1024×1024` is rows × outputs × depth.
    public var shape: String
    /// Instruction set of the variant that ran, or the name of an engine.
    public var isa: String
    public var threads: Int
    /// Time of one call.
    public var seconds: Seconds
    /// Work by second, in `unit`: at the median time, or at the shortest where the benchmark says so.
    public var rate: Double
    /// `GMAC/s` (10⁹ multiply-accumulates), `GB/s`, `images/s`.
    public var unit: String
    /// The rate a loop without loads or stores reached between these repeats, in `unit`; nil where there is no such bound.
    public var roof: Double?
    /// `rate / roof`.
    public var fraction: Double?

    public init(
        name: String, shape: String, isa: String, threads: Int, seconds: Seconds, rate: Double, unit: String, roof: Double? = nil,
        fraction: Double? = nil
    ) {
        (self.name, self.shape, self.isa, self.threads, self.seconds) = (name, shape, isa, threads, seconds)
        (self.rate, self.unit, self.roof, self.fraction) = (rate, unit, roof, fraction)
    }
}
