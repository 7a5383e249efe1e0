package import BitCore

/// Simulated annealing of 512 replicas by multi-spin coding.
///
/// Each replica by itself is a Metropolis chain that visits the variables in a fixed order and leaves out one in 32 at random. The random
/// number of a proposal is shared by all replicas: that costs nothing when the best of all is wanted, and what they leave out keeps them
/// apart, but they are not independent samples of one another.
package final class PlaneAnnealer: LaneAnnealer {
    package static let lanes = PlaneModel.lanes
    package static let tableSize = PlaneModel.energies

    package let layout: PlaneLayout
    package var updates = 0
    package var tables: [UInt16] = []
    private let kernels: Kernels
    private var generator: SeededGenerator
    private let planes: AlignedBuffer<UInt64>
    private let generators: AlignedBuffer<UInt64>

    /// Replicas at random.
    package init(_ layout: PlaneLayout, generator: SeededGenerator, kernels: Kernels = .active) {
        self.layout = layout
        self.kernels = kernels
        self.generator = generator
        planes = AlignedBuffer(count: layout.model.planes * Self.planeWords)
        generators = AlignedBuffer(count: 16)
        for index in 0..<16 { generators.pointer[index] = self.generator.next() | (index == 0 ? 1 : 0) }
        for word in 0..<Self.planeWords { planes.pointer[layout.variables * Self.planeWords + word] = .max }
        randomize()
    }

    private static let planeWords = PlaneModel.planeBytes / 8

    package var variables: Int { layout.variables }
    package var scale: Double { layout.scale }
    package var sliceCount: Int { layout.slices.count }
    package var work: Int { layout.work }

    package func randomize() {
        for variable in 0..<layout.variables {
            let base = Int(layout.planeOf[variable]) * Self.planeWords
            for word in base..<(base + Self.planeWords) { planes.pointer[word] = generator.next() }
        }
    }

    package var rows: [UInt64] {
        get { kernels.rows(ofPlanes: planes, order: layout.planeOf) }
        set { kernels.setPlanes(planes, fromRows: newValue, order: layout.planeOf) }
    }

    package func sweep(slice: Int, accept: UnsafeBufferPointer<UInt16>, descending: Bool) -> Int {
        kernels.annealPlanes(
            layout.model, runs: layout.slices[slice].runs, planes: planes, generators: generators, accept: accept, descending: descending)
        return layout.slices[slice].variables
    }

    package func energies() -> [Int64] {
        var unsatisfied = [UInt32](repeating: 0, count: Self.lanes)
        for pairs in layout.pairs {
            pairs.ends.withUnsafeBufferPointer {
                kernels.countPairs(planes, pairs: $0, differing: pairs.differing, weight: pairs.weight, into: &unsatisfied)
            }
        }
        return unsatisfied.map { 2 * Int64($0) - layout.weight }
    }

    package func state(_ lane: Int) -> PackedSpins {
        precondition((0..<Self.lanes).contains(lane), "replica \(lane) of \(Self.lanes)")
        var words = [UInt64](repeating: 0, count: (layout.variables + 63) / 64)
        for variable in 0..<layout.variables {
            let bit = planes.pointer[Int(layout.planeOf[variable]) * Self.planeWords + lane >> 6] >> UInt64(lane & 63) & 1
            words[variable >> 6] |= bit << UInt64(variable & 63)
        }
        return PackedSpins(words: words, count: layout.variables)
    }
}
