/// The known name that was probably meant by one that is unknown.
package enum NearestName {
    /// The only known name that begins so, or else the one that takes the fewest edits, if they are few: at most 2, or a third of its
    /// length. Letter case does not count.
    package static func find(_ name: String, among known: [String]) -> String? {
        // Longer names are no near miss of anything, and the distance takes the product of the lengths.
        let wanted = name.prefix(65).lowercased()
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        let beginnings = known.filter { $0.lowercased().hasPrefix(wanted) }
        if beginnings.count == 1 { return beginnings[0] }
        let scored = known.map { (name: $0, edits: distance(Array(wanted.utf8), Array($0.lowercased().utf8.prefix(64)))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= Swift.max(2, wanted.count / 3) ? best.name : nil
    }

    /// Levenshtein distance: the least number of insertions, deletions and substitutions.
    package static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
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
