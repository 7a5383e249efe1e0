public import BinaryNN
public import BitCore

/// What named architectures can be asked for. nil leaves a choice to the architecture.
public struct ModelOptions: Sendable, Hashable {
    public enum Normalisation: String, Sendable, Hashable, CaseIterable {
        case batch, layer
    }

    /// How binary kernels are held: `latentBinary` for latent-weight rules, `binary` for bit-flip rules, `real` while a rule pulls real weights
    /// towards ±1.
    public var kernel: ParameterEncoding
    /// How the weights of these kernels become those computed with; nil is what their encoding means. It reads the encoding.
    public var quantizer: KernelQuantizer?
    public var surrogate: Surrogate?
    /// Of the binary kernels but the last, whose scores stay whole numbers until their norm.
    public var weightScale: WeightScale?
    /// Of the binary convolutions.
    public var padding: Padding?
    /// How binary kernels begin.
    public var initialization: KernelInitialization?
    /// Layer norm is over the channels of each pixel, as Keras has it.
    public var norm: Normalisation
    /// A trained scale γ in the norms.
    public var normScale: Bool?
    public var normMomentum: Float?
    public var normEpsilon: Float?
    /// Of networks over graphs: a norm before hidden signs.
    public var hiddenNorm: Bool?
    /// Of networks over graphs.
    public var dropout: Float?

    public init(
        kernel: ParameterEncoding = .latentBinary, quantizer: KernelQuantizer? = nil, surrogate: Surrogate? = nil,
        weightScale: WeightScale? = nil, padding: Padding? = nil, norm: Normalisation = .batch, normScale: Bool? = nil, normMomentum: Float? = nil,
        normEpsilon: Float? = nil
    ) {
        self.quantizer = quantizer
        (self.kernel, self.surrogate, self.weightScale, self.padding) = (kernel, surrogate, weightScale, padding)
        (self.norm, self.normScale, self.normMomentum, self.normEpsilon) = (norm, normScale, normMomentum, normEpsilon)
    }

    /// True where the kernels' sums of whole numbers are whole numbers, so that scores can be exact.
    var sumsAreWhole: Bool { (quantizer ?? .standard(for: kernel)).isInteger }
}

/// An architecture's own choices: what stands where the options leave it open.
struct ModelDefaults {
    var surrogate: Surrogate = .straightThrough()
    var weightScale: WeightScale = .none
    var padding: Padding = .zero
    /// Of binary kernels, and of real ones.
    var initialization: KernelInitialization = .glorot
    var realInitialization: KernelInitialization = .glorot
    var normScale = true
    var normMomentum: Float = 0.9
    var normEpsilon: Float = 1e-4
}

/// Adds the blocks that the architectures share, numbering layers of a kind: `conv1`, `norm1`, `sign1`, ….
struct ModelBuilder {
    private(set) var network: NetworkBuilder
    private let options: ModelOptions
    private let defaults: ModelDefaults
    private var counts: [String: Int] = [:]
    /// Factor on widths.
    private let width: Double
    private(set) var last = ValueID.input

    init(_ input: Signal, width: Double, _ options: ModelOptions, _ defaults: ModelDefaults) {
        network = NetworkBuilder(input: input)
        self.width = width
        self.options = options
        self.defaults = defaults
    }

    /// A published width at this model's share of it, at least 1.
    func scaled(_ channels: Int) -> Int { max(1, Int((Double(channels) * width).rounded())) }

    mutating func add(_ layer: some Layer, _ name: String, reading source: ValueID? = nil) throws(ShapeError) {
        counts[name, default: 0] += 1
        last = try network.add(layer, named: "\(name)\(counts[name] ?? 1)", reading: source ?? last)
    }

    /// A layer that reads the last value and another.
    mutating func add(_ layer: some Layer, _ name: String, with other: ValueID) throws(ShapeError) {
        counts[name, default: 0] += 1
        last = try network.add(layer, named: "\(name)\(counts[name] ?? 1)", reading: last, other)
    }

    mutating func join(_ other: ValueID) throws(ShapeError) { try add(Add(), "add", with: other) }

    /// A convolution with the kernels that the options ask for.
    mutating func binaryConv(
        _ outputs: Int, _ window: Window, _ padding: Padding? = nil, margins: Margins? = nil, groups: Int = 1, named name: String = "conv"
    ) throws(ShapeError) {
        try add(
            Conv2D(
                outputs, window, padding ?? options.padding ?? defaults.padding, margins: margins, groups: groups, kernel: options.kernel,
                quantizer: options.quantizer, scale: scale, initialization: initialization), name)
    }

    mutating func realConv(
        _ outputs: Int, _ window: Window, _ padding: Padding, margins: Margins? = nil, groups: Int = 1, named name: String = "conv",
        reading source: ValueID? = nil
    ) throws(ShapeError) {
        try add(
            Conv2D(outputs, window, padding, margins: margins, groups: groups, kernel: .real, initialization: defaults.realInitialization), name,
            reading: source)
    }

    mutating func binaryDense(_ units: Int, isLast: Bool = false) throws(ShapeError) {
        try add(Dense(units, kernel: options.kernel, quantizer: options.quantizer, scale: isLast ? .none : scale, initialization: initialization), "dense")
    }

    /// Batch or layer norm, as the options have it. Scores are snapped to a grid behind a batch norm of whole numbers.
    mutating func norm(isOutput: Bool = false, named name: String = "norm") throws(ShapeError) {
        let hasScale = options.normScale ?? defaults.normScale
        switch options.norm {
        case .batch:
            try add(
                BatchNorm(
                    scale: hasScale, momentum: options.normMomentum ?? defaults.normMomentum, epsilon: options.normEpsilon ?? defaults.normEpsilon,
                    isOutput: isOutput && options.sumsAreWhole), name)
        case .layer: try add(LayerNorm(scale: hasScale, epsilon: options.normEpsilon ?? defaults.normEpsilon), name)
        }
    }

    mutating func sign() throws(ShapeError) { try add(Sign(options.surrogate ?? defaults.surrogate), "sign") }

    /// `slices` signs of every element.
    mutating func signs(slices: Int) throws(ShapeError) {
        if slices == 1 { return try sign() }
        try add(MultiSliceSign(slices: slices, options.surrogate ?? defaults.surrogate), "sign")
    }

    /// Back to an earlier value.
    mutating func goOn(from value: ValueID) { last = value }

    var signal: Signal { network.signal(last) }

    func build() -> Network { network.build() }

    private var initialization: KernelInitialization { options.initialization ?? defaults.initialization }

    /// A mean of magnitudes is of latent weights; where there are none, the norm behind learns the scale.
    private var scale: WeightScale {
        let wanted = options.weightScale ?? defaults.weightScale
        if case .meanMagnitude = wanted, options.kernel != .latentBinary { return .none }
        return wanted
    }
}
