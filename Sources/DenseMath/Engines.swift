#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The engines of this build, by the names that `--engine` takes.
public enum Engines {
    /// The names that `named` accepts here, best first.
    public static var names: [String] {
        #if OneDNN
        ["onednn", "portable"]
        #else
        ["portable"]
        #endif
    }

    /// The fastest one that starts on this machine.
    public static var best: any DenseEngine {
        #if OneDNN
        (try? OneDNNEngine()) ?? PortableEngine()
        #else
        PortableEngine()
        #endif
    }

    /// The engine of that name, the best one for nil.
    public static func named(_ name: String?) throws(EngineError) -> any DenseEngine {
        switch name?.lowercased() {
        case nil: return best
        case "portable": return PortableEngine()
        case "onednn":
            #if OneDNN
            return try OneDNNEngine()
            #else
            throw .notInThisBuild("onednn")
            #endif
        case .some: throw .unknown(name ?? "")
        }
    }
}

/// Why there is no such engine.
public enum EngineError: Error, Equatable, Sendable, LocalizedError, CustomStringConvertible {
    /// No engine has this name.
    case unknown(String)
    /// The engine exists, but was not compiled in.
    case notInThisBuild(String)
    /// The engine was compiled in, but does not start on this machine.
    case unavailable(String, reason: String)

    public var description: String {
        switch self {
        case .unknown(let name):
            "there is no engine '\(name)'; choose one of \(Engines.names.joined(separator: ", "))"
        case .notInThisBuild(let name):
            "this build has no engine '\(name)'; install oneDNN (Debian libdnnl-dev, Homebrew onednn) and build with --traits OneDNN, "
                + "or choose one of \(Engines.names.joined(separator: ", "))"
        case .unavailable(let name, let reason):
            "the engine '\(name)' does not start: \(reason); choose portable"
        }
    }

    public var errorDescription: String? { description }
}
