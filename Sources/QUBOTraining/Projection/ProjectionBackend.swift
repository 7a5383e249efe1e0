public import BitCore

/// Finds directions of large weighted agreement.
public protocol ProjectionBackend: Sendable {
    /// The name that configurations use.
    var name: String { get }

    /// - Parameters:
    ///   - start: directions to begin with, [outputs × n], for those that begin somewhere; nil for the signs of the gradient.
    ///   - seed: fixes what is random.
    ///   - parallel: rows, or parts of the walk, side by side. Changes no result.
    /// - Throws: `ProjectionError`.
    func project(_ problem: ProjectionProblem, start: PackedTensor?, seed: UInt64, parallel: Parallel) throws(ProjectionError) -> Projection
}

extension ProjectionBackend {
    public func project(_ problem: ProjectionProblem, seed: UInt64 = 0, parallel: Parallel = .serial) throws(ProjectionError) -> Projection {
        try project(problem, start: nil, seed: seed, parallel: parallel)
    }
}

/// Enumeration where the fan-in is small, local search elsewhere.
public struct AutomaticProjection: ProjectionBackend {
    /// Layers of up to this fan-in are enumerated. 12 keeps that below the cost of the passes; up to 20 it is only a matter of patience.
    public var enumerationLimit: Int
    public var local: LocalProjection

    public init(enumerationLimit: Int = 12, local: LocalProjection = LocalProjection()) {
        self.enumerationLimit = enumerationLimit
        self.local = local
    }

    public let name = "auto"

    public func project(_ problem: ProjectionProblem, start: PackedTensor?, seed: UInt64, parallel: Parallel) throws(ProjectionError) -> Projection {
        if problem.fanIn <= min(enumerationLimit, EnumerationProjection.fanInLimit) {
            return try EnumerationProjection().project(problem, start: start, seed: seed, parallel: parallel)
        }
        return try local.project(problem, start: start, seed: seed, parallel: parallel)
    }
}

/// Backends by name.
public enum ProjectionCatalog {
    public static let names = ["auto", "enumeration", "local", "qubo"]

    /// - Parameters:
    ///   - sweeps: of local search.
    ///   - kicks: of local search.
    ///   - balances: of local search.
    ///   - qubo: options of the QUBO backend.
    public static func backend(
        _ name: String, sweeps: Int = LocalProjection.defaultSweeps, kicks: Int = 0, balances: Bool = false, qubo: QUBOProjection.Options = .init()
    ) throws(ProjectionError) -> any ProjectionBackend {
        let local = try LocalProjection(sweeps: sweeps, kicks: kicks, balances: balances).checked()
        switch name {
        case "auto": return AutomaticProjection(local: local)
        case "enumeration": return EnumerationProjection()
        case "local": return local
        case "qubo": return try QUBOProjection(qubo)
        default: throw .unknownBackend(name, known: names)
        }
    }
}
