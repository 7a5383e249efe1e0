internal import BitCore

/// Which items of a data set are trained on. Random choices of the same seed are nested: the first n of a larger choice are the choice of n.
public enum ItemChoice: Hashable, Sendable, Codable {
    case all
    case first(Int)
    case random(Int)
    case firstOfEach(Int)
    case randomOfEach(Int)

    /// Positions of the items chosen.
    /// - Parameters:
    ///   - labels: of all items.
    ///   - classes: those that are wanted.
    ///   - name: of the data set, for errors.
    /// - Throws: `SpinDataError` when there are none or too few.
    public func items(_ labels: [Int], of classes: [Int], name: String, seed: UInt64) throws(SpinDataError) -> [Int] {
        let wanted = Set(classes)
        let able = labels.indices.filter { wanted.contains(labels[$0]) }
        guard !able.isEmpty else { throw .noItems(name) }
        var generator = SeededGenerator(seed: seed).split("items")
        switch self {
        case .all: return able
        case .first(let count): return Array(try Self.checked(able, count, name).prefix(count))
        case .random(let count): return generator.permutation(try Self.checked(able, count, name).count).prefix(count).map { able[$0] }
        case .firstOfEach(let count), .randomOfEach(let count):
            var order = able
            if case .randomOfEach = self { order = generator.permutation(able.count).map { able[$0] } }
            var byClass: [[Int]] = []
            for label in classes {
                let own = order.filter { labels[$0] == label }
                guard count >= 1 else { throw .count(count) }
                guard own.count >= count else { throw .tooFew(name, wanted: count, found: own.count, ofClass: label) }
                byClass.append(Array(own.prefix(count)))
            }
            // Classes by turns, so that a part of the choice is balanced too.
            return (0..<count).flatMap { turn in byClass.map { $0[turn] } }
        }
    }

    private static func checked(_ able: [Int], _ count: Int, _ name: String) throws(SpinDataError) -> [Int] {
        guard count >= 1 else { throw .count(count) }
        guard able.count >= count else { throw .tooFew(name, wanted: count, found: able.count, ofClass: nil) }
        return able
    }
}
