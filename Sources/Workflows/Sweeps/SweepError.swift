/// What is wrong with a sweep's file, or with the folder it shall run in.
public enum SweepError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A key of the file, written as a path into it: `variants[1].grid.epochs`; empty for the file as a whole.
    case key(file: String, key: String, reason: String)
    /// A run that cannot be started.
    case run(file: String, label: String, reason: String)
    /// The folder holds a sweep that is not at its end.
    case unfinished(folder: String, open: Int, failed: Int)
    /// Worker processes that end without having done anything.
    case workers(reason: String)

    public var description: String {
        switch self {
        case .key(let file, let key, let reason): key.isEmpty ? "\(file): \(reason)" : "\(file): \(key): \(reason)"
        case .run(let file, let label, let reason): "\(file): the run “\(label)” cannot be started: \(reason)"
        case .unfinished(let folder, let open, let failed):
            "\(folder) holds this sweep with "
                + [open > 0 ? "\(open) run\(open == 1 ? "" : "s") not done" : nil, failed > 0 ? "\(failed) failed" : nil].compactMap { $0 }
                .joined(separator: " and ") + "; --resume goes on with it, another --out starts a new one"
        case .workers(let reason): reason
        }
    }
}
