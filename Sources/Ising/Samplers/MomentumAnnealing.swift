internal import BitCore

/// Momentum annealing (Okuyama, Sonobe, Kawarabayashi, Yamaoka, Phys. Rev. E 100, 012111, 2019): all spins are updated at once.
///
/// The model is doubled into two layers that are coupled to one another only, spin i of one to spin j of the other by Jᵢⱼ, and to its own
/// double by a ferromagnetic self-coupling wᵢ. So the spins of a layer are independent of one another, and one layer is drawn from the other
/// in one step. In the form that keeps the layer before last, with the noise of a heat bath,
///
///     sᵢ(k + 1) = sign( Iᵢ(k) + T·ξ ),   Iᵢ(k) = −hᵢ − Σⱼ Jᵢⱼ·sⱼ(k) + wᵢ·sᵢ(k),   ξ logistic: P(sᵢ = +1) = 1 / (1 + exp(−2·Iᵢ / T))
///
/// Where wᵢ ≥ ½·Σⱼ|Jᵢⱼ| a pair of equal layers is a state of least energy of the doubled model, so both layers end in one solution of the first. Following
/// the article, wᵢ is dropped at random for a share of the spins at first, and grows from nothing to its whole while the temperature falls:
/// with all of it from the start, spins hardly move.
///
/// What is kept is the best layer met, descended to a local minimum.
public struct MomentumAnnealing: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Anneals; nil for as many as the limits allow, or 16 without limits.
        public var reads: Int?
        /// Steps of an anneal, each updating all spins; nil for 1000, growing with the reads where their number is left to the limits.
        public var steps: Int?

        public init() {}

        func check() throws(SamplerError) {
            try SamplerError.check(reads, "reads")
            try SamplerError.check(steps, "steps")
        }
    }

    public let name = "ma"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        let reads = options.reads ?? (control.isLimited ? nil : 16)
        let grows = reads == nil && options.steps == nil
        let (generator, base) = (SeededGenerator(seed: seed), options.steps ?? 1000)
        let samples = Reads.run(reads, monitor: monitor) { read in
            let doublings = grows ? Swift.min(10, Int.bitWidth - 2 - (read + 2).leadingZeroBitCount) : 0
            return [Self.anneal(model, steps: base << doublings, generator.split(UInt64(read)), monitor)]
        }
        return monitor.sampleSet(samples, seed: seed, sampler: name)
    }

    private static func anneal(
        _ model: IntegerModel, steps: Int, _ generator: SeededGenerator, _ monitor: SearchMonitor
    ) -> PackedSpins {
        var generator = generator
        let count = model.variables
        var spins: [Int8] = (0..<count).map { _ in generator.next() >> 63 == 0 ? 1 : -1 }
        var fields = model.localFields(of: spins)
        var energy = model.integerEnergy(of: spins)
        var (best, bestEnergy) = (spins, energy)
        monitor.offer(energy) { PackedSpins(spins) }
        let sigma = Swift.max(1e-9, SingleFlip.fieldDeviation(model))
        let selves = (0..<count).map { variable in
            0.5 * Double((model.starts[variable]..<model.starts[variable + 1]).reduce(Int64(0)) { $0 + Int64(model.weights[$1].magnitude) })
        }
        var made = 0
        for step in 0..<steps {
            let place = Double(step) / Double(Swift.max(1, steps - 1))
            // From where nearly all is noise to where next to nothing is.
            let temperature = sigma * (2 * (1 - place) + 0.1 * place)
            let dropped = 0.5 * (1 - place)
            var flips: [Int32] = []
            for variable in 0..<count {
                let spin = Double(spins[variable])
                let own = Double(generator.next() >> 11) * 0x1p-53 < dropped ? 0 : selves[variable] * place
                let drive = 2 * (own * spin - Double(fields[variable])) * spin / temperature
                // The probability that the spin turns over.
                let turn = drive > 40 ? 0 : 1 / (1 + PortableMath.exp(Swift.min(700, drive)))
                if Double(generator.next() >> 11) * 0x1p-53 < turn { flips.append(Int32(variable)) }
                made += 1
                if made >= 16_384 {
                    guard monitor.poll(updates: made) else { return PackedSpins(best) }
                    made = 0
                }
            }
            guard monitor.poll(updates: made) else { return PackedSpins(best) }
            made = 0
            // All at once, one after the other in what it does to fields and energy: the result is the same.
            for variable in flips.lazy.map(Int.init) {
                let twice = 2 * Int32(spins[variable])
                energy -= Int64(twice) * Int64(fields[variable])
                spins[variable] = -spins[variable]
                for neighbour in model.starts[variable]..<model.starts[variable + 1] {
                    fields[Int(model.neighbours[neighbour])] &-= twice &* model.weights[neighbour]
                }
            }
            if energy < bestEnergy {
                (best, bestEnergy) = (spins, energy)
                monitor.offer(energy) { PackedSpins(spins) }
            }
        }
        guard let (minimum, least) = Descent.run(model, from: best, monitor: monitor) else { return PackedSpins(best) }
        monitor.offer(least) { PackedSpins(minimum) }
        return PackedSpins(minimum)
    }
}
