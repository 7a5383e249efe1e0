/// A name that is not among the known ones; the message lists those and the nearest.
public struct UnknownName: Error, Hashable, CustomStringConvertible {
    /// What kind of thing was named: `optimizer`.
    public var kind: String
    public var name: String
    public var known: [String]

    public init(_ kind: String, _ name: String, known: [String]) {
        (self.kind, self.name, self.known) = (kind, name, known)
    }

    /// The known name that was probably meant: the only one that starts so, or the one that takes the fewest edits, if they are few.
    public var nearest: String? {
        let wanted = name.lowercased()
        guard !wanted.isEmpty else { return nil }
        let beginnings = known.filter { $0.lowercased().hasPrefix(wanted) }
        if beginnings.count == 1 { return beginnings[0] }
        let scored = known.map { (name: $0, edits: Self.edits(Array(wanted.utf8.prefix(64)), Array($0.lowercased().utf8.prefix(64)))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= Swift.max(2, wanted.count / 3) ? best.name : nil
    }

    public var description: String {
        let shown = name.count > 60 ? String(name.prefix(60)) + "…" : name
        let hint = nearest.map { "did you mean “\($0)”? " } ?? ""
        return "no \(kind) is named “\(shown)”: \(hint)known are \(known.joined(separator: ", "))"
    }

    /// Levenshtein distance.
    static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var previous = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var current = [i + 1]
            for (j, y) in b.enumerated() {
                current.append(Swift.min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
