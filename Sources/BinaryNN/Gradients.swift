internal import BitCore

/// ∂loss/∂parameter for every trained parameter, as reals, also for those held as bits: the derivative with respect to a ±1 weight as
/// if it were a real number, which is what flip rules read.
public struct Gradients: Sendable {
    public let specs: [ParameterSpec]
    private let starts: [Int]
    private var buffer: AlignedBuffer<Float>
    /// See `LayerSignals`.
    var signalRequests: [ParameterID: SignalSite] = [:]
    var signals: [ParameterID: LayerSignals] = [:]

    public init(_ specs: [ParameterSpec]) {
        var starts: [Int] = []
        var total = 0
        for spec in specs {
            starts.append(total)
            if spec.role != .statistic { total += (spec.count + 15) / 16 * 16 }
        }
        self.specs = specs
        self.starts = starts
        buffer = AlignedBuffer(count: total)
    }

    public var byteCount: Int { buffer.count * 4 }

    public func with<Result, Failure: Error>(
        _ id: ParameterID, _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(buffer) {} }
        return try body(UnsafeBufferPointer(start: buffer.pointer + starts[id.index], count: count(id)))
    }

    public mutating func withMutable<Result, Failure: Error>(
        _ id: ParameterID, _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if !isKnownUniquelyReferenced(&buffer) { buffer = AlignedBuffer(copying: buffer) }
        defer { withExtendedLifetime(buffer) {} }
        return try body(UnsafeMutableBufferPointer(start: buffer.pointer + starts[id.index], count: count(id)))
    }

    public func values(_ id: ParameterID) -> [Float] { with(id) { Array($0) } }

    private func count(_ id: ParameterID) -> Int {
        let spec = specs[id.index]
        precondition(spec.role != .statistic, "\(spec.name) is a statistic and has no gradient")
        return spec.count
    }
}
