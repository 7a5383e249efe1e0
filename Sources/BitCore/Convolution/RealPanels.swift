internal import CKernels

/// Real weights [outputs × depth] laid out for products in the fixed order: panels of sixteen outputs, filled up with 0.
public struct RealPanels: Sendable {
    public let outputs: Int
    public let depth: Int
    let buffer: AlignedBuffer<Float>

    /// - Precondition: `outputs` rows of `depth` weights.
    public init(_ rows: UnsafeBufferPointer<Float>, outputs: Int, depth: Int) {
        precondition(rows.count == outputs * depth, "\(rows.count) weights for \(outputs) outputs of \(depth)")
        let width = Int(SF_REAL_PANEL)
        (self.outputs, self.depth) = (outputs, depth)
        buffer = AlignedBuffer(count: (outputs + width - 1) / width * width * depth)
        let target = buffer.pointer
        for output in 0..<outputs {
            let panel = target + output / width * width * depth + output % width
            for k in 0..<depth { panel[k * width] = rows[output * depth + k] }
        }
    }

    public init(_ kernel: Tensor) {
        let outputs = kernel.shape.dimensions.first ?? 1
        self = kernel.withUnsafeElements { RealPanels($0, outputs: outputs, depth: outputs == 0 ? 0 : $0.count / outputs) }
    }
}

extension Kernels {
    /// z[i][j] = Σ_k x[i][k]·w[j][k] in Float32: k ascending from a sum of +0, every product added by a fused multiply-add. The same bits on
    /// every instruction set and for every number of threads.
    public func realProduct(
        _ x: UnsafeBufferPointer<Float>, _ weights: RealPanels, into z: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        let (depth, outputs) = (weights.depth, weights.outputs)
        let rows = outputs == 0 ? 0 : z.count / outputs
        precondition(z.count == rows * outputs && x.count == rows * depth, "a product of \(x.count) numbers with \(outputs)×\(depth) weights into \(z.count)")
        nonisolated(unsafe) let (x, z) = (x, z)
        parallel.forEach(rows, grain: Swift.max(6, 100_000 / Swift.max(depth * outputs, 1) / 6 * 6)) { range in
            guard let a = x.baseAddress, let c = z.baseAddress else { return z.update(repeating: 0) }
            withUnsafeTemporaryAllocation(of: Int.self, capacity: range.count + 1) { places in
                for (i, row) in range.enumerated() { places[i] = row * depth }
                places[range.count] = 0
                var operands = sf_real_operands(
                    a: a, starts: places.baseAddress, rows: range.count, pieces: places.baseAddress! + range.count, runs: 1, run: depth,
                    b: weights.buffer.pointer, columns: outputs, c: c + range.lowerBound * outputs, c_row: outputs)
                real.product(&operands)
            }
        }
    }

    /// The same for tensors: [rows × depth] to [rows × outputs].
    public func product(_ x: Tensor, _ weights: RealPanels, parallel: Parallel = .serial) -> Tensor {
        var z = Tensor(uninitialized: [x.shape.rows, weights.outputs])
        x.withUnsafeElements { x in z.withUnsafeMutableElements { realProduct(x, weights, into: $0, parallel: parallel) } }
        return z
    }
}
