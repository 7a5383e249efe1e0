package import BitCore

/// Simulated annealing of 64 replicas in byte lanes, each with random numbers of its own: 64 independent Metropolis chains that visit the
/// variables in a fixed order.
package final class ByteAnnealer: LaneAnnealer {
    package static let lanes = ByteLaneModel.lanes
    package static let tableSize = ByteLaneModel.energies

    package let layout: ByteLayout
    package var updates = 0
    package var tables: [UInt16] = []
    private let kernels: Kernels
    private var generator: SeededGenerator
    private let spins: AlignedBuffer<UInt8>
    private let generators: AlignedBuffer<UInt64>

    /// Replicas at random.
    package init(_ layout: ByteLayout, generator: SeededGenerator, kernels: Kernels = .active) {
        self.layout = layout
        self.kernels = kernels
        self.generator = generator
        spins = AlignedBuffer(count: layout.variables * Self.lanes)
        generators = AlignedBuffer(count: 16)
        for index in 0..<16 { generators.pointer[index] = self.generator.next() | (index == 0 ? 1 : 0) }
        randomize()
    }

    package var variables: Int { layout.variables }
    package var scale: Double { layout.scale }
    package var sliceCount: Int { layout.slices.count }
    package var work: Int { layout.work }

    package func randomize() {
        for variable in 0..<layout.variables {
            let bits = generator.next()
            let base = Int(layout.placeOf[variable]) * Self.lanes
            for lane in 0..<Self.lanes { spins.pointer[base + lane] = bits >> UInt64(lane) & 1 == 1 ? 0xFF : 0 }
        }
    }

    package var rows: [UInt64] {
        get { kernels.rows(ofBytes: spins, order: layout.placeOf) }
        set { kernels.setBytes(spins, fromRows: newValue, order: layout.placeOf) }
    }

    package func sweep(slice: Int, accept: UnsafeBufferPointer<UInt16>, descending: Bool) -> Int {
        kernels.annealBytes(layout.model, runs: layout.slices[slice].runs, spins: spins, generators: generators, accept: accept)
        return layout.slices[slice].variables
    }

    package func energies() -> [Int64] { kernels.byteEnergies(layout.model, spins: spins).map { Int64($0) / 2 } }

    package func state(_ lane: Int) -> PackedSpins {
        precondition((0..<Self.lanes).contains(lane), "replica \(lane) of \(Self.lanes)")
        var words = [UInt64](repeating: 0, count: (layout.variables + 63) / 64)
        for variable in 0..<layout.variables {
            words[variable >> 6] |= UInt64(spins.pointer[Int(layout.placeOf[variable]) * Self.lanes + lane] & 1) << UInt64(variable & 63)
        }
        return PackedSpins(words: words, count: layout.variables)
    }
}
