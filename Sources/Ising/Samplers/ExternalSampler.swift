/// A program of one's own as a sampler: it reads a problem as one JSON object on standard input and writes samples on standard output, one a
/// line. The module's README has the format in full.
///
/// The command is run by `/bin/sh -c` in a process group of its own. What it has written counts as soon as the line is complete, so the
/// best so far survives whatever happens to the program. At a limit the group is asked to terminate; what it still writes within
/// `grace` seconds counts; then it is killed, with everything it started. So a call ends at most `grace` seconds, and the 10 ms of every
/// sampler, after its time limit.
///
/// Results are those of the program: whether they repeat under the same seed, and how many threads it takes, is up to it.
public struct ExternalSampler: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Told to the program; nil leaves it to it.
        public var reads: Int?
        /// Seconds between asking the program to terminate and killing it, also after it has closed its output.
        public var grace = 0.25
        /// Different assignments that are kept, the best ones.
        public var keep = 1000

        public init(reads: Int? = nil, grace: Double = 0.25, keep: Int = 1000) {
            (self.reads, self.grace, self.keep) = (reads, grace, keep)
        }
    }

    public let command: String
    public var options: Options
    public var name: String { "external:" + command }

    public init(command: String, options: Options = Options()) {
        self.command = command
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        guard options.grace >= 0, options.grace <= 3600 else { throw .option("a grace of \(options.grace) seconds; use 0 to 3600") }
        guard options.keep >= 1 else { throw .option("keep is \(options.keep); keep 1 sample or more") }
        try SamplerError.check(options.reads, "reads")
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        var output = ExternalSamples(model, monitor: monitor, keep: options.keep)
        let process: ExternalProcess
        do { process = try ExternalProcess(command) } catch { throw .external("\(quoted) cannot be started: \(error)") }
        var text = ExternalProblem(model, seed: seed, reads: options.reads, control: control)
        let ending = process.exchange(
            grace: options.grace, seconds: control.seconds, isStopped: { !monitor.poll(updates: 0) }, input: { text.next() },
            output: { output.take($0) })
        output.finish(isWhole: !ending.wasStopped)
        if let fault = output.fault { throw .external("\(quoted), \(fault)") }
        guard !output.isEmpty else { throw .external("\(quoted) \(ending.reason(afterSeconds: control.timeLimit))") }
        var details = output.details
        if ending.isFailure {
            details["ended"] = ending.reason(afterSeconds: nil)
        }
        return output.sampleSet(seed: seed, sampler: name, details: details)
    }

    /// The command as errors name it.
    private var quoted: String { "\"" + ExternalText.shown(command, limit: 80) + "\"" }
}

/// Text of others, fit for a message: no control characters, not too long.
enum ExternalText {
    static func shown(_ text: some StringProtocol, limit: Int) -> String {
        let clean = String(text.unicodeScalars.prefix(limit + 1).map { $0.properties.generalCategory == .control ? " " : Character($0) })
        return clean.count > limit ? String(clean.prefix(limit)) + "…" : clean
    }
}
