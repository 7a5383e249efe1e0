/// Takes the better part of two assignments, region by region.
///
/// Where two assignments of one model disagree, the couplings split the variables into regions (connected components of the subgraph on
/// which they disagree). No coupling joins two regions, so each can be flipped by itself: choosing the better side in each gives, of all the
/// 2^regions mixtures of the two parents, one of least energy, in time linear in the couplings touched. (Partition crossover: Tinós, Whitley,
/// Chicano, "Partition crossover for pseudo-Boolean optimization", FOGA 2015; the regions are the clusters of Houdayer, 2001.) Without fields
/// the energy does not change when all spins turn, so of the two signs of the second parent the nearer one is taken.
package struct PartitionCrossover {
    package struct Outcome: Hashable {
        package var regions = 0
        /// Regions that were taken because they lower the energy.
        package var gains = 0
        /// Variables of the largest region.
        package var largest = 0

        package init() {}
    }

    private let model: IntegerModel
    private let hasFields: Bool
    private var members: [Int32] = []
    /// Bit 1: disagrees and not yet assigned to a region; and: in the region at hand.
    private var open: [UInt64]
    private var inside: [UInt64]
    private var visited = 0

    package init(_ model: IntegerModel) {
        self.model = model
        hasFields = model.largestField > 0
        let words = (model.variables + 63) / 64
        open = [UInt64](repeating: 0, count: words)
        inside = open
    }

    /// Improves an assignment by the regions of another.
    /// - Parameters:
    ///   - energy: the integer energy of `parent`, kept up to date.
    ///   - takesTies: whether regions of equal energy are taken too, which lets a search drift.
    ///   - goOn: asked every few thousand variables; false ends the work with what has been taken.
    package mutating func improve(
        _ parent: inout PackedSpins, energy: inout Int64, with other: PackedSpins, takesTies: Bool, goOn: () -> Bool = { true }
    ) -> Outcome {
        precondition(parent.count == model.variables && other.count == model.variables, "assignments of another model")
        var outcome = Outcome()
        var words = parent.words
        let turns = !hasFields && 2 * parent.distance(to: other) > model.variables
        for word in open.indices { open[word] = words[word] ^ (turns ? ~other.words[word] : other.words[word]) }
        if model.variables % 64 != 0 { open[open.count - 1] &= (1 << UInt64(model.variables % 64)) - 1 }
        for word in open.indices {
            while open[word] != 0 {
                guard let change = region(from: 64 * word + open[word].trailingZeroBitCount, words, goOn) else {
                    for member in members { inside[Int(member) >> 6] &= ~(1 << UInt64(member & 63)) }
                    parent = PackedSpins(words: words, count: model.variables)
                    return outcome
                }
                outcome.regions += 1
                outcome.largest = Swift.max(outcome.largest, members.count)
                let taken = change < 0 || (change == 0 && takesTies)
                if taken { energy += change }
                if change < 0 { outcome.gains += 1 }
                for member in members {
                    let bit: UInt64 = 1 << UInt64(member & 63)
                    inside[Int(member) >> 6] &= ~bit
                    if taken { words[Int(member) >> 6] ^= bit }
                }
            }
        }
        parent = PackedSpins(words: words, count: model.variables)
        return outcome
    }

    /// Collects the region of a variable into `members`, closes it, and returns the change of energy when all of it flips: minus twice the
    /// terms between the region and the rest; nil when it was stopped.
    private mutating func region(from root: Int, _ spins: [UInt64], _ goOn: () -> Bool) -> Int64? {
        members.removeAll(keepingCapacity: true)
        members.append(Int32(root))
        open[root >> 6] &= ~(1 << UInt64(root & 63))
        inside[root >> 6] |= 1 << UInt64(root & 63)
        var border: Int64 = 0
        var head = 0
        while head < members.count {
            let variable = Int(members[head])
            head += 1
            visited += 1
            if visited & 0xFFF == 0, !goOn() { return nil }
            let up = spins[variable >> 6] >> UInt64(variable & 63) & 1
            var sum = up == 1 ? Int64(model.fields[variable]) : -Int64(model.fields[variable])
            for place in model.starts[variable]..<model.starts[variable + 1] {
                let neighbour = Int(model.neighbours[place])
                let (word, shift) = (neighbour >> 6, UInt64(neighbour & 63))
                if inside[word] >> shift & 1 == 1 { continue }
                if open[word] >> shift & 1 == 1 {
                    open[word] &= ~(1 << shift)
                    inside[word] |= 1 << shift
                    members.append(Int32(neighbour))
                } else {
                    sum += spins[word] >> shift & 1 == up ? Int64(model.weights[place]) : -Int64(model.weights[place])
                }
            }
            border += sum
        }
        return -2 * border
    }
}
