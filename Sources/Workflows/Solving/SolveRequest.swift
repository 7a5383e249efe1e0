internal import BitCore
public import Ising

/// A problem file and how to solve it: what `spinflip solve` is given.
public struct SolveRequest: Sendable, Hashable {
    public var path: String
    /// nil to recognise it.
    public var format: String?
    /// `min` or `max`; nil for the format's own.
    public var sense: String?
    /// A name of `SamplerCatalog`.
    public var sampler: String
    /// The sampler's options: a JSON object, or `@` and the path of a file that holds one.
    public var options: String?
    /// Seconds from the start of solving, reading excluded; nil for `defaultTimeLimit` where nothing else ends the search.
    public var timeLimit: Double?
    /// In units of the objective; reaching it ends the search.
    public var target: Double?
    public var reads: Int?
    public var seed: UInt64
    public var threads: Int

    /// Seconds for samplers that would search on and on.
    public static let defaultTimeLimit = 10.0

    public init(
        _ path: String, format: String? = nil, sense: String? = nil, sampler: String = "auto", options: String? = nil, timeLimit: Double? = nil,
        target: Double? = nil, reads: Int? = nil, seed: UInt64 = 0, threads: Int = 1
    ) {
        (self.path, self.format, self.sense, self.sampler, self.options) = (path, format, sense, sampler, options)
        (self.timeLimit, self.target, self.reads, self.seed, self.threads) = (timeLimit, target, reads, seed, threads)
    }

    /// Reads the file, searches, and evaluates what was found in the problem as the file states it.
    /// - Parameter onImprovement: the objective (of a problem with constraints: with penalties) and seconds since the start of solving; called
    ///   from any thread.
    /// - Throws: `UnknownName`, `ConfigurationError`, `SamplerCatalogError`, `ProblemFileError`, `QuadratisationError`, `SamplerError`.
    public func solve(
        _ control: RunControl, onImprovement: @escaping @Sendable (SolveReport.Point) -> Void = { _ in }
    ) throws -> Solution {
        let start = control.seconds()
        if let timeLimit, !(timeLimit > 0) { throw ConfigurationError(reason: "a time limit of \(timeLimit) seconds; give more than 0") }
        if let target, !target.isFinite { throw ConfigurationError(reason: "a target of \(target); give a finite number") }
        guard threads >= 1 else { throw ConfigurationError(reason: "\(threads) threads; use 1 or more") }
        let sampler = try SamplerCatalog.sampler(sampler, options: Self.text(of: options), reads: reads)
        let problem = try ConstrainedProblem.read(
            path, format: format.map(ProblemFormat.init(named:)), sense: sense.map(Problem.Sense.init(named:)))
        // Nothing would end it otherwise.
        let needsLimit = timeLimit == nil && reads == nil && !SamplerCatalog.endsByItself(self.sampler)
        return try problem.solve(
            sampler, timeLimit: needsLimit ? Self.defaultTimeLimit : timeLimit, request: self, start: start, control, onImprovement)
    }

    private static func text(of options: String?) throws -> String? {
        guard let options, options.hasPrefix("@") else { return options }
        return String(decoding: try WholeFile.read(String(options.dropFirst()), limit: 1 << 20), as: UTF8.self)
    }
}

extension ProblemFormat {
    /// - Throws: `UnknownName` with the known ones.
    public init(named name: String) throws(UnknownName) {
        guard let format = ProblemFormat(rawValue: name.lowercased()) else {
            throw UnknownName("problem format", name, known: ProblemFormat.allCases.map(\.rawValue))
        }
        self = format
    }
}

extension Problem.Sense {
    /// - Throws: `UnknownName` with the known ones.
    public init(named name: String) throws(UnknownName) {
        guard let sense = Problem.Sense(rawValue: name.lowercased()) else {
            throw UnknownName("sense", name, known: Problem.Sense.allCases.map(\.rawValue))
        }
        self = sense
    }
}

extension SolveRequest {
    /// The samplers, for help texts.
    public static var samplerNames: String { SamplerCatalog.names.joined(separator: ", ") }
}
