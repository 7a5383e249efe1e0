public import BitCore

/// All parameters of a network: one flat store of reals and one of bits. A value; copies share memory until written.
public struct ParameterStore: Sendable {
    public let specs: [ParameterSpec]
    private let starts: [Int]
    private var realBuffer: AlignedBuffer<Float>
    private var bitBuffer: AlignedBuffer<UInt64>

    /// Zeros (reals) and −1 (bits).
    public init(_ specs: [ParameterSpec]) {
        var starts: [Int] = []
        var (reals, words) = (0, 0)
        for spec in specs {
            // Every parameter starts on a 64-byte line.
            if spec.encoding == .binary {
                starts.append(words)
                words += (spec.shape.rows * PackedTensor.words(for: spec.shape.columns) + 7) / 8 * 8
            } else {
                starts.append(reals)
                reals += (spec.count + 15) / 16 * 16
            }
        }
        self.specs = specs
        self.starts = starts
        realBuffer = AlignedBuffer(count: reals)
        bitBuffer = AlignedBuffer(count: words)
    }

    public func spec(_ id: ParameterID) -> ParameterSpec { specs[id.index] }

    public var ids: [ParameterID] { specs.indices.map(ParameterID.init(index:)) }

    public func id(named name: String) -> ParameterID? {
        specs.firstIndex { $0.name == name }.map(ParameterID.init(index:))
    }

    /// Bytes the values take in memory.
    public var byteCount: Int { realBuffer.count * 4 + bitBuffer.count * 8 }

    // MARK: Reals

    /// - Precondition: the parameter is `real` or `latentBinary`.
    public func withReals<Result, Failure: Error>(
        _ id: ParameterID, _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = realRange(id)
        defer { withExtendedLifetime(realBuffer) {} }
        return try body(UnsafeBufferPointer(start: realBuffer.pointer + range.lowerBound, count: range.count))
    }

    /// - Precondition: the parameter is `real` or `latentBinary`.
    public mutating func withMutableReals<Result, Failure: Error>(
        _ id: ParameterID, _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = realRange(id)
        if !isKnownUniquelyReferenced(&realBuffer) { realBuffer = AlignedBuffer(copying: realBuffer) }
        defer { withExtendedLifetime(realBuffer) {} }
        return try body(UnsafeMutableBufferPointer(start: realBuffer.pointer + range.lowerBound, count: range.count))
    }

    public func reals(_ id: ParameterID) -> [Float] { withReals(id) { Array($0) } }

    public mutating func setReals(_ id: ParameterID, _ values: some Collection<Float>) {
        let spec = spec(id)
        withMutableReals(id) { target in
            precondition(values.count == target.count, "\(values.count) values for \(spec.name) of shape \(spec.shape)")
            _ = target.update(fromContentsOf: values)
        }
    }

    // MARK: Bits

    /// - Precondition: the parameter is `binary`.
    public func withWords<Result, Failure: Error>(
        _ id: ParameterID, _ body: (UnsafeBufferPointer<UInt64>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = wordRange(id)
        defer { withExtendedLifetime(bitBuffer) {} }
        return try body(UnsafeBufferPointer(start: bitBuffer.pointer + range.lowerBound, count: range.count))
    }

    /// The writer keeps padding bits 0.
    /// - Precondition: the parameter is `binary`.
    public mutating func withMutableWords<Result, Failure: Error>(
        _ id: ParameterID, _ body: (UnsafeMutableBufferPointer<UInt64>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = wordRange(id)
        if !isKnownUniquelyReferenced(&bitBuffer) { bitBuffer = AlignedBuffer(copying: bitBuffer) }
        defer { withExtendedLifetime(bitBuffer) {} }
        return try body(UnsafeMutableBufferPointer(start: bitBuffer.pointer + range.lowerBound, count: range.count))
    }

    public mutating func setSigns(_ id: ParameterID, _ signs: PackedTensor) {
        let spec = spec(id)
        precondition(signs.shape == spec.shape, "signs of shape \(signs.shape) for \(spec.name) of shape \(spec.shape)")
        withMutableWords(id) { target in signs.withUnsafeWords { _ = target.update(fromContentsOf: $0) } }
    }

    /// The bits of a `binary` parameter, sign(w) of the others: what a layer computes with, or what is shipped of a `real` one.
    public func signs(_ id: ParameterID, kernels: Kernels = .active, parallel: Parallel = .serial) -> PackedTensor {
        let spec = spec(id)
        switch spec.encoding {
        case .binary: return withWords(id) { PackedTensor(words: $0, shape: spec.shape) }
        case .latentBinary, .real: return withReals(id) { kernels.packSigns($0, shape: spec.shape, parallel: parallel) }
        }
    }

    func signs(_ id: ParameterID, _ context: ExecutionContext) -> PackedTensor {
        signs(id, kernels: context.kernels, parallel: context.parallel)
    }

    // MARK: Places

    private func realRange(_ id: ParameterID) -> Range<Int> {
        let spec = specs[id.index]
        precondition(spec.encoding != .binary, "\(spec.name) is held as bits and has no reals")
        return starts[id.index]..<starts[id.index] + spec.count
    }

    private func wordRange(_ id: ParameterID) -> Range<Int> {
        let spec = specs[id.index]
        precondition(spec.encoding == .binary, "\(spec.name) is \(spec.encoding.rawValue) and not held as bits")
        return starts[id.index]..<starts[id.index] + spec.shape.rows * PackedTensor.words(for: spec.shape.columns)
    }
}
