internal import CKernels

/// One replica of a spin model that is swept by Metropolis proposals or moved flip by flip; spins, local fields and energy always agree.
///
/// The moves of a sweep depend on the model, the spins, the lanes and the temperature alone: not on the form of the couplings, nor on
/// the instruction set.
public final class SpinChain {
    public let couplings: SpinCouplings
    public private(set) var energy: Int64
    /// Flips made by sweeps since the chain was made.
    public private(set) var flips = 0
    private let spins: AlignedBuffer<UInt64>
    /// Int32 or Int16, by the form of the couplings; padded to 64 spins.
    private let fields: AlignedBuffer<UInt8>
    private let lanes: UnsafeMutablePointer<sf_random_lanes>
    private let sweepKernel: sf_metropolis_fn
    private let flipKernel: sf_flip_fn
    private let bestKernel: sf_best_move_fn

    /// A chain with all spins −1 whose random numbers are all the same: seed it before the first sweep.
    public init(_ couplings: SpinCouplings, kernels: Kernels = .active) {
        self.couplings = couplings
        let padded = (couplings.count + 63) / 64 * 64
        spins = AlignedBuffer(count: padded / 64)
        fields = AlignedBuffer(count: padded * (couplings.form.hasNarrowFields ? 2 : 4))
        lanes = .allocate(capacity: 1)
        lanes.initialize(to: sf_random_lanes())
        let table = kernels.metropolis
        (sweepKernel, flipKernel) =
            switch couplings.form {
            case .narrow: (table.narrow, table.flip_narrow)
            case .wide: (table.wide, table.flip_wide)
            case .bits: (table.bits, table.flip_bits)
            case .bytes: (table.bytes, table.flip_bytes)
            case .words: (table.words, table.flip_words)
            }
        bestKernel = couplings.form.hasNarrowFields ? table.best16 : table.best32
        energy = 0
        setAllDown()
    }

    deinit { lanes.deallocate() }

    public var count: Int { couplings.count }

    /// The spins, bit 1 for +1, least significant bit first; padding bits are 0.
    public var words: [UInt64] { Array(UnsafeBufferPointer(start: spins.pointer, count: spins.count)) }

    public func isUp(_ spin: Int) -> Bool {
        precondition(spin >= 0 && spin < count, "spin \(spin) of \(count)")
        return (spins.pointer[spin >> 6] >> UInt64(spin & 63)) & 1 == 1
    }

    /// sᵢ·fᵢ: a flip changes the energy by −2 times this.
    public func gain(_ spin: Int) -> Int32 {
        let up = isUp(spin)
        let raw = UnsafeMutableRawPointer(fields.pointer)
        let field =
            couplings.form.hasNarrowFields
            ? Int32(raw.load(fromByteOffset: 2 * spin, as: Int16.self)) : raw.load(fromByteOffset: 4 * spin, as: Int32.self)
        return up ? field : -field
    }

    private func setAllDown() {
        let raw = UnsafeMutableRawPointer(fields.pointer)
        for (spin, field) in couplings.fieldsDown.enumerated() {
            if couplings.form.hasNarrowFields {
                raw.storeBytes(of: Int16(field), toByteOffset: 2 * spin, as: Int16.self)
            } else {
                raw.storeBytes(of: field, toByteOffset: 4 * spin, as: Int32.self)
            }
        }
        for word in 0..<spins.count { spins.pointer[word] = 0 }
        energy = couplings.energyDown
    }

    /// Goes to other spins, by flips where they differ.
    /// - Precondition: as many words as `words` has, padding bits 0.
    public func set(_ target: [UInt64]) {
        precondition(target.count == spins.count, "\(target.count) words for \(count) spins")
        precondition(count % 64 == 0 || target[count / 64] >> UInt64(count % 64) == 0, "padding bits of spins are 0")
        for word in 0..<spins.count {
            var difference = target[word] ^ spins.pointer[word]
            while difference != 0 {
                flip(64 * word + difference.trailingZeroBitCount)
                difference &= difference - 1
            }
        }
    }

    /// Takes spins, fields and energy of another chain, and keeps its own random numbers.
    /// - Precondition: both have the same couplings.
    public func copy(_ other: SpinChain) {
        precondition(couplings === other.couplings, "chains of different couplings")
        spins.pointer.update(from: other.spins.pointer, count: spins.count)
        fields.pointer.update(from: other.fields.pointer, count: fields.count)
        energy = other.energy
    }

    /// Takes 64 words of 32 bits as the state of the sixteen generators of a sweep.
    public func seed(_ generator: inout SeededGenerator) {
        withUnsafeMutableBytes(of: &lanes.pointee) { bytes in
            for place in 0..<32 { bytes.storeBytes(of: generator.next().littleEndian, toByteOffset: 8 * place, as: UInt64.self) }
            for lane in 0..<16 {
                // The one state that a generator never leaves.
                let isStuck = (0..<4).allSatisfy { bytes.load(fromByteOffset: 4 * (16 * $0 + lane), as: UInt32.self) == 0 }
                if isStuck { bytes.storeBytes(of: 1, toByteOffset: 4 * lane, as: UInt32.self) }
            }
        }
    }

    /// Flips one spin.
    public func flip(_ spin: Int) {
        energy -= 2 * Int64(gain(spin))
        var state = view
        var couplings = couplings.view
        flipKernel(&state, &couplings, spin)
    }

    /// The highest temperature of a sweep; greater ones are taken for this one.
    public static let highestTemperature = 0x1p27

    /// Proposes to flip each spin of a range in order, with probability of acceptance min(1, exp(−ΔE / temperature)), to 0.01 %. At
    /// temperature 0 only flips that lower the energy are accepted, and no random numbers are used.
    /// - Parameter range: begins at a multiple of 64 and ends at one or at `count`; nil for all.
    /// - Returns: the number of flips.
    @discardableResult
    public func sweep(_ range: Range<Int>? = nil, temperature: Double) -> Int {
        let range = range ?? 0..<count
        precondition(
            range.lowerBound % 64 == 0 && range.lowerBound >= 0 && (range.upperBound == count || range.upperBound % 64 == 0) && range.upperBound <= count,
            "a sweep over \(range) of \(count) spins")
        precondition(temperature >= 0, "temperature \(temperature)")
        var state = view
        var couplings = couplings.view
        var moves = sf_moves()
        sweepKernel(&state, &couplings, range.lowerBound, range.upperBound, lanes, Self.scale(temperature), &moves)
        energy += moves.energy
        flips += Int(moves.flips)
        return Int(moves.flips)
    }

    /// T·ln(2)/2 as a sweep takes it: −log₂(u) times this is the half of −T·ln(u).
    package static func scale(_ temperature: Double) -> Float { Float(Swift.min(temperature, highestTemperature) * 0.34657359027997264) }

    /// A flip, and what it gives: the energy falls by twice the gain.
    public struct Move: Hashable, Sendable {
        public let spin: Int
        public let gain: Int64

        public init(spin: Int, gain: Int64) { (self.spin, self.gain) = (spin, gain) }
    }

    /// The flips that lower the energy most, among the spins whose bit in `tabu` is 0 and among the others: of equal ones the first
    /// from `start` on, circularly; nil where there is none.
    /// - Precondition: as many words as `words` has; `start` is a multiple of 64 in 0..<count.
    public func bestMoves(tabu: [UInt64], start: Int) -> (free: Move?, tabu: Move?) {
        precondition(tabu.count == spins.count, "\(tabu.count) words for \(count) spins")
        precondition(start % 64 == 0 && start >= 0 && start < Swift.max(count, 1), "a scan that begins at \(start) of \(count)")
        var state = view
        var (free, held) = (sf_best_move(), sf_best_move())
        bestKernel(&state, tabu, start, &free, &held)
        func move(_ best: sf_best_move) -> Move? { best.spin < 0 ? nil : Move(spin: Int(best.spin), gain: best.gain) }
        return (move(free), move(held))
    }

    /// The same among the 64 spins of one word alone; of equal flips the first.
    /// - Parameter tabu: the bits of these spins.
    public func bestMoves(word: Int, tabu: UInt64) -> (free: Move?, tabu: Move?) {
        precondition(word >= 0 && word < spins.count, "word \(word) of \(spins.count)")
        let width = couplings.form.hasNarrowFields ? 2 : 4
        var state = sf_spins(count: Swift.min(64, count - 64 * word), spins: spins.pointer + word, fields: fields.pointer + 64 * width * word)
        var (free, held) = (sf_best_move(), sf_best_move())
        withUnsafePointer(to: tabu) { bestKernel(&state, $0, 0, &free, &held) }
        func move(_ best: sf_best_move) -> Move? { best.spin < 0 ? nil : Move(spin: 64 * word + Int(best.spin), gain: best.gain) }
        return (move(free), move(held))
    }

    private var view: sf_spins { sf_spins(count: count, spins: spins.pointer, fields: fields.pointer) }
}
