/// A name that is not among the known ones; the message lists those and the nearest.
public struct UnknownName: Error, Hashable, CustomStringConvertible {
    /// What kind of thing was named: `optimizer`.
    public var kind: String
    public var name: String
    public var known: [String]

    public init(_ kind: String, _ name: String, known: [String]) {
        (self.kind, self.name, self.known) = (kind, name, known)
    }

    /// The known name that takes the fewest edits, when it takes few enough to be meant.
    public var nearest: String? {
        let wanted = name.lowercased()
        let scored = known.map { (name: $0, edits: Self.edits(Array(wanted.utf8.prefix(64)), Array($0.lowercased().utf8.prefix(64)))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }) else { return nil }
        let isPrefix = known.filter { !wanted.isEmpty && $0.lowercased().hasPrefix(wanted) }
        if best.edits > Swift.max(2, wanted.count / 3) { return isPrefix.count == 1 ? isPrefix.first : nil }
        return best.name
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
