internal import CKernels

/// ±1 weights expanded to bytes in panels of sixteen outputs (see `sf_byte_product.h`): the second operand of a first layer, whose
/// inputs are 8-bit numbers.
public struct BytePanels: Sendable {
    public let outputs: Int
    public let depth: Int
    let buffer: AlignedBuffer<Int8>

    public init(_ kernel: PackedTensor) {
        outputs = kernel.shape.rows
        depth = kernel.shape.columns
        buffer = AlignedBuffer(count: sf_byte_panels_bytes(outputs, depth))
        kernel.withUnsafeWords { source in
            guard let base = source.baseAddress, !source.isEmpty else { return }
            sf_byte_panels_pack(base, outputs, kernel.wordsPerRow, depth, buffer.pointer)
        }
    }
}

extension Kernels {
    /// z[i][j] = Σ_k x[i][k]·w[j][k] with unsigned bytes x, row-major [rows × depth], into `out` [rows × outputs]. Exact.
    public func product(
        bytes x: UnsafeBufferPointer<UInt8>, rows: Int, _ weights: BytePanels, into out: UnsafeMutableBufferPointer<Int32>,
        parallel: Parallel = .serial
    ) {
        precondition(x.count == rows * weights.depth, "\(rows) rows of \(weights.depth) bytes, but \(x.count) bytes")
        precondition(out.count == rows * weights.outputs, "\(rows) rows of \(weights.outputs) sums into \(out.count) integers")
        guard rows > 0, weights.outputs > 0 else { return }
        guard weights.depth > 0 else { return out.update(repeating: 0) }
        nonisolated(unsafe) let (x, out) = (x, out)
        let grain = Swift.max(4, 200_000 / Swift.max(weights.depth * weights.outputs, 1) / 4 * 4)
        parallel.forEach(rows, grain: grain) { range in
            self.bytes.i32(
                x.baseAddress! + range.lowerBound * weights.depth, weights.depth, range.count, weights.buffer.pointer, weights.outputs,
                weights.depth, out.baseAddress! + range.lowerBound * weights.outputs, weights.outputs)
        }
    }
}
