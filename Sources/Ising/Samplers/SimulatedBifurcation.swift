package import BitCore

/// Simulated bifurcation (Goto, Tatsumura, Dixon, Sci. Adv. 5, eaav2372, 2019; Goto et al., Sci. Adv. 7, eabe7953, 2021): spins are the signs of
/// oscillators that fork into two states while the pump rises. For each of many agents, m = 0 … M − 1 being the step,
///
///     yᵢ ← yᵢ + Δt·(−pᵢ·xᵢ + c·Fᵢ),   xᵢ ← xᵢ + Δt·yᵢ,   where |xᵢ| > 1:  xᵢ ← sign xᵢ, yᵢ ← 0
///     Fᵢ = −(hᵢ·z + Σⱼ Jᵢⱼ·φ(xⱼ)),    c = 1 / (2σ),    σ² = mean over i of Σⱼ Jᵢⱼ² + hᵢ²
///
/// | variant | φ(x) | z | p |
/// |---|---|---|---|
/// | ballistic | x | √(mean x²) | 1 − m/M for all |
/// | discrete | sign x | 1 | 1 − m/M for all |
/// | generalised | x | √(mean x²) | its own: pᵢ ← pᵢ − (1 − A·xᵢ²)·pᵢ / (M − m), from 1 |
///
/// The generalised form is that of Goto, Hidaka and Tatsumura (arXiv 2508.17655; Phys. Rev. Applied 25, 044011, 2026): A = 0 is the ballistic one, and
/// oscillators far from 0 keep their p longer, the more so the larger A, up to the edge of chaos. The equations were taken from public
/// accounts of that article. The choice of A, and z, which scales fields like the couplings beside them, are this program's. So is the time step: the
/// stiffest mode has the frequency √(p + c·λ), λ being the largest eigenvalue of J, and Δt·√(1 + c·λ) stays below 2, where the iteration would
/// no longer follow it. λ is estimated by a few steps of power iteration.
///
/// The best signs met on the way are kept and descended to a local minimum. Couplings are multiplied as integers with positions rounded to a power of two,
/// so small that every sum is exact in Float32: results depend on no instruction set, and on whether the matrix is dense or sparse neither.
/// A read is an agent; sixteen of them move together.
public struct SimulatedBifurcation: Sampler {
    public enum Variant: String, Hashable, Sendable, Codable, CaseIterable {
        case ballistic, discrete, generalised
    }

    public enum Engine: String, Hashable, Sendable, Codable, CaseIterable {
        /// By density and size.
        case auto
        case dense, sparse
    }

    public struct Options: Hashable, Sendable, Codable {
        public var variant: Variant
        public var engine = Engine.auto
        /// Agents; nil for as many as the limits allow, or 32 without limits.
        public var reads: Int?
        /// M; nil for 1000, growing with the agents where their number is left to the limits.
        public var steps: Int?
        /// Δt; nil for 1.7 / √(1 + c·λ), at most 1.25.
        public var timeStep: Double?
        /// A of the generalised form.
        public var control: Double

        public init(variant: Variant = .generalised, reads: Int? = nil, steps: Int? = nil, timeStep: Double? = nil, control: Double = 0.5) {
            (self.variant, self.reads, self.steps, self.timeStep, self.control) = (variant, reads, steps, timeStep, control)
        }

        func check() throws(SamplerError) {
            try SamplerError.check(reads, "reads")
            try SamplerError.check(steps, "steps")
            if let timeStep, !(timeStep > 0 && timeStep <= 10) { throw .option("a time step of \(timeStep); use a number above 0, at most 10") }
            guard control >= 0, control <= 100 else { throw .option("a nonlinear control of \(control); use 0 to 100") }
        }
    }

    public var options: Options
    /// `sb` for the variant that is the default, else `sb-` and the variant.
    public var name: String { options.variant == Options().variant ? "sb" : "sb-\(options.variant.rawValue)" }

    /// Which kernels multiply; the samples do not depend on it.
    package var instructionSet = InstructionSet.active

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        let form = BifurcationForm(model, options.engine, instructionSet: instructionSet)
        let reads = options.reads ?? (control.isLimited ? nil : 32)
        let width = BifurcationGroup.width
        let generator = SeededGenerator(seed: seed)
        var options = options
        if options.timeStep == nil { options.timeStep = Swift.min(1.25, 1.7 / (1 + form.stiffness(monitor)).squareRoot()) }
        let settled = options
        let samples = Reads.run(reads.map { ($0 + width - 1) / width }, monitor: monitor) { number in
            let agents = reads.map { Swift.min(width, $0 - number * width) } ?? width
            // Doubling: 1, 1, 2, 2, 2, 2, 4, … times as long.
            let doublings = reads == nil && settled.steps == nil ? Swift.min(10, (number + 2).bitWidth - 2 - (number + 2).leadingZeroBitCount) : 0
            let steps = (settled.steps ?? 1000) << doublings
            var group = BifurcationGroup(form, settled, steps: steps, agents: agents, generator: generator.split(UInt64(number)), monitor: monitor)
            return group.run()
        }
        return monitor.sampleSet(
            samples, seed: seed, sampler: name, details: ["variant": options.variant.rawValue, "engine": form.isDense ? "dense" : "sparse"])
    }
}
