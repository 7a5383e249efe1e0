/// A unit of work in a store. What it does is the caller's matter: the store keeps its configuration and its result as texts.
public struct StoredRun: Sendable, Hashable {
    /// pending → claimed → done or failed. A claim that is given back, or whose worker is gone, is pending again.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case pending, claimed, done, failed
    }

    /// Names the run by what it does: two runs of one key are the same run.
    public var key: String
    /// Name of its folder, unique in the store.
    public var folder: String
    /// What to do, as JSON.
    public var configuration: String
    /// What it is called in the sweep it was read for.
    public var label: String
    public var state: State
    /// Who runs it; nil unless claimed.
    public var worker: String?
    /// Seconds since 1970 until which the claim holds unless renewed; nil unless claimed.
    public var lease: Double?
    /// Share of the work done, 0…1, as last reported.
    public var progress: Double
    /// How often it was claimed.
    public var attempts: Int
    /// What came out, as JSON; nil unless done.
    public var result: String?
    /// Why it failed; nil unless failed.
    public var message: String?
    /// Seconds since 1970 of the first claim, and of the end.
    public var started: Double?
    public var finished: Double?
}

/// How many runs of a sweep are in which state.
public struct RunCounts: Sendable, Hashable {
    public var pending = 0
    public var claimed = 0
    public var done = 0
    public var failed = 0
    /// Sum of the claimed runs' progress: what is done of them, in runs.
    public var underway = 0.0

    public init() {}

    public var total: Int { pending + claimed + done + failed }
    /// No run is left that anybody could work on.
    public var isSettled: Bool { pending == 0 && claimed == 0 }
}

/// What is wrong with a store.
public enum RunStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(path: String)
    case notAStore(path: String)
    case newer(path: String, version: Int)
    case database(path: String, message: String)

    public var description: String {
        switch self {
        case .missing(let path): "\(path) does not exist; start the sweep that writes it"
        case .notAStore(let path): "\(path) is not a store of runs; name a folder that a sweep wrote, or a new one"
        case .newer(let path, let version): "\(path) has layout \(version), written by a later version; use that one"
        case .database(let path, let message): "\(path): the database says “\(message)”; check the disk and the rights on the folder"
        }
    }
}
