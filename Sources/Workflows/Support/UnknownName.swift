internal import BitCore

/// A name that is not among the known ones; the message lists those and the nearest.
public struct UnknownName: Error, Hashable, CustomStringConvertible {
    /// What kind of thing was named: `optimizer`.
    public var kind: String
    public var name: String
    public var known: [String]

    public init(_ kind: String, _ name: String, known: [String]) {
        (self.kind, self.name, self.known) = (kind, name, known)
    }

    /// The known name that was probably meant.
    public var nearest: String? { NearestName.find(name, among: known) }

    public var description: String {
        let shown = name.count > 60 ? String(name.prefix(60)) + "…" : name
        let hint = nearest.map { "did you mean “\($0)”? Known are " } ?? "known are "
        return "no \(kind) is named “\(shown)”; \(hint)\(known.joined(separator: ", "))"
    }
}
