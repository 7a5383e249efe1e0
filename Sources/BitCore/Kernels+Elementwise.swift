internal import CKernels

// The passes of a training step over gradients and activations. Pointers, not tensors, because the trainer keeps parameters
// and their optimiser state in flat stores. Every result is the same bits on every instruction set and for every number of threads.

extension Kernels {
    /// y += a·x.
    public func axpy(
        _ a: Float, _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("axpy", x.count, y.count)
        nonisolated(unsafe) let (x, y) = (x, y)
        split(x.count, parallel) { start, count in elementwise.axpy(a, x.baseAddress! + start, y.baseAddress! + start, count) }
    }

    /// z = x + y.
    public func add(
        _ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>, into z: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("add", x.count, y.count)
        Self.check("add", x.count, z.count)
        nonisolated(unsafe) let (x, y, z) = (x, y, z)
        split(x.count, parallel) { start, count in
            elementwise.add(x.baseAddress! + start, y.baseAddress! + start, z.baseAddress! + start, count)
        }
    }

    /// y = a·y.
    public func scale(_ y: UnsafeMutableBufferPointer<Float>, by a: Float, parallel: Parallel = .serial) {
        nonisolated(unsafe) let y = y
        split(y.count, parallel) { start, count in elementwise.scale(a, y.baseAddress! + start, count) }
    }

    /// y clamped to [−limit, limit]; NaN stays NaN.
    /// - Precondition: the limit is not negative.
    public func clip(_ y: UnsafeMutableBufferPointer<Float>, to limit: Float, parallel: Parallel = .serial) {
        precondition(limit >= 0, "clip to ±\(limit)")
        nonisolated(unsafe) let y = y
        split(y.count, parallel) { start, count in elementwise.clip(limit, y.baseAddress! + start, count) }
    }

    /// Number of signs in which two packed arrays differ: the flips between two states of a kernel.
    public func differingBits(_ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>) -> Int {
        Self.check("differingBits", a.count, b.count)
        guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
        return elementwise.differing_bits(x, y, a.count)
    }

    /// Number of signs in which two packed tensors of one shape differ.
    public func differingBits(_ a: PackedTensor, _ b: PackedTensor) -> Int {
        precondition(a.shape == b.shape, "flips between packed shapes \(a.shape) and \(b.shape)")
        return a.withUnsafeWords { x in b.withUnsafeWords { y in differingBits(x, y) } }
    }

    /// Elements a thread takes at a time: below this, starting a thread costs more than it saves.
    static let elementGrain = 16_384

    func split(_ count: Int, _ parallel: Parallel, _ body: (Int, Int) -> Void) {
        parallel.forEach(count, grain: Self.elementGrain) { body($0.lowerBound, $0.count) }
    }

    static func check(_ name: String, _ counts: Int...) {
        precondition(counts.allSatisfy { $0 == counts[0] }, "\(name): arrays of different lengths \(counts)")
    }
}
