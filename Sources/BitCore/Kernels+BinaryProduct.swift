internal import CKernels

/// ±1 weights laid out for the product kernels: rows in panels of eight, word-major (see `sf_xnor_product.h`). Made from a packed
/// [outputs × depth] kernel once, or once a step while it is trained.
public struct BinaryPanels: Sendable {
    /// Rows of the kernel: columns of the product.
    public let outputs: Int
    /// Signs in a row: the K of the product.
    public let depth: Int
    let words: Int
    let buffer: AlignedBuffer<UInt64>

    public init(_ kernel: PackedTensor) {
        self = kernel.withUnsafeWords { source in
            Self(source.baseAddress, outputs: kernel.shape.rows, words: kernel.wordsPerRow, depth: kernel.shape.columns)
        }
    }

    /// Rows of `words` words one after the other; `depth` bits of each count, the others are 0, wherever they stand.
    init(_ rows: UnsafePointer<UInt64>?, outputs: Int, words: Int, depth: Int) {
        (self.outputs, self.depth, self.words) = (outputs, depth, words)
        buffer = AlignedBuffer(count: sf_panels_words(outputs, words))
        if let rows, outputs > 0, words > 0 { sf_panels_pack(rows, outputs, words, buffer.pointer) }
    }
}

extension Kernels {
    /// z[i][j] = Σ_k a[i][k]·b[j][k] = K − 2·popcount(a_i ⊕ b_j) as exact floats; `a` is [rows × K], the result [rows × outputs].
    /// - Precondition: K of both operands is the same and below 2^24.
    public func product(_ a: PackedTensor, _ b: BinaryPanels, parallel: Parallel = .serial) -> Tensor {
        var result = Tensor(uninitialized: Shape([a.shape.rows, b.outputs]))
        result.withUnsafeMutableElements { product(a, b, into: $0, parallel: parallel) }
        return result
    }

    /// The same sums into `out`, row-major [rows × outputs].
    public func product(_ a: PackedTensor, _ b: BinaryPanels, into out: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial) {
        precondition(out.count == a.shape.rows * b.outputs, "product of \(a.shape) and \(b.outputs) outputs into \(out.count) floats")
        nonisolated(unsafe) let out = out
        forEachRowBlock(a, b, parallel) { operands, row in
            xnor.f32(operands, out.baseAddress! + row * b.outputs, b.outputs)
        }
    }

    /// The same sums as integers, row-major [rows × outputs], into `out`.
    public func product(_ a: PackedTensor, _ b: BinaryPanels, into out: UnsafeMutableBufferPointer<Int32>, parallel: Parallel = .serial) {
        precondition(out.count == a.shape.rows * b.outputs, "product of \(a.shape) and \(b.outputs) outputs into \(out.count) integers")
        nonisolated(unsafe) let out = out
        forEachRowBlock(a, b, parallel) { operands, row in
            xnor.i32(operands, out.baseAddress! + row * b.outputs, b.outputs)
        }
    }

    /// Bits in, bits out: sign +1 where z[i][j] >= thresholds[j].
    public func product(_ a: PackedTensor, _ b: BinaryPanels, thresholds: [Int32], parallel: Parallel = .serial) -> PackedTensor {
        var result = PackedTensor(minusOnes: Shape([a.shape.rows, b.outputs]))
        result.withUnsafeMutableWords { product(a, b, thresholds: thresholds, into: $0, parallel: parallel) }
        return result
    }

    /// The same bits into `out`: rows of `PackedTensor.words(for: outputs)` words, padding bits written as 0.
    public func product(
        _ a: PackedTensor, _ b: BinaryPanels, thresholds: [Int32], into out: UnsafeMutableBufferPointer<UInt64>,
        parallel: Parallel = .serial
    ) {
        precondition(thresholds.count == b.outputs, "\(thresholds.count) thresholds for \(b.outputs) outputs")
        let stride = PackedTensor.words(for: b.outputs)
        precondition(out.count == a.shape.rows * stride, "product of \(a.shape) and \(b.outputs) outputs into \(out.count) words")
        thresholds.withUnsafeBufferPointer { thresholds in
            nonisolated(unsafe) let (out, thresholds) = (out, thresholds)
            forEachRowBlock(a, b, parallel) { operands, row in
                xnor.bits(operands, thresholds.baseAddress!, out.baseAddress! + row * stride, stride)
            }
        }
    }

    /// Splits the rows over the threads; a piece of work is at least about eight million bit products, ten microseconds or more.
    private func forEachRowBlock(
        _ a: PackedTensor, _ b: BinaryPanels, _ parallel: Parallel, _ body: (UnsafePointer<sf_xnor_operands>, Int) -> Void
    ) {
        precondition(a.shape.columns == b.depth, "a binary product of depths \(a.shape.columns) and \(b.depth)")
        guard a.shape.rows > 0, b.outputs > 0 else { return }
        let stride = a.wordsPerRow
        a.withUnsafeWords { source in
            nonisolated(unsafe) let (source, body) = (source, body)
            let grain = Swift.max(4, 8_000_000 / Swift.max(b.depth * b.outputs, 1) / 4 * 4)
            // An empty depth leaves no storage to point at; the kernels do not read from it then.
            let base = source.baseAddress ?? UnsafePointer(b.buffer.pointer)
            nonisolated(unsafe) let start = base
            parallel.forEach(a.shape.rows, grain: grain) { rows in
                var operands = sf_xnor_operands(
                    a: start + rows.lowerBound * stride, a_stride: stride, rows: rows.count, b: b.buffer.pointer, columns: b.outputs,
                    words: b.words, depth: Int32(b.depth))
                body(&operands, rows.lowerBound)
            }
        }
    }
}
