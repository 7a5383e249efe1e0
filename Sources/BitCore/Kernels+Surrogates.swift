internal import CKernels

// Gradients through a sign that stands alone; one behind a batch norm is part of that norm's passes.

extension Kernels {
    /// dx = bit ? dy : 0, with the bits of `packWithin` (straight-through estimator). `dx` may be the memory of `dy`.
    public func maskGradient(
        _ dy: UnsafeBufferPointer<Float>, mask: PackedTensor, into dx: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        let (rows, columns, words) = (mask.shape.rows, mask.shape.columns, mask.wordsPerRow)
        Self.check("maskGradient", rows * columns, dy.count, dx.count)
        mask.withUnsafeWords { bits in
            nonisolated(unsafe) let (dy, dx, bits) = (dy, dx, bits)
            splitRows(rows, columns, parallel) { first, count in
                elementwise.mask_gradient(
                    dy.baseAddress! + first * columns, bits.baseAddress! + first * words, words, count, columns,
                    dx.baseAddress! + first * columns)
            }
        }
    }

    /// dx = dy·2(1 − |x|) where |x| <= 1, else 0: the ApproxSign surrogate (Liu et al. 2018, Bi-Real Net). `dx` may be the memory of `dy`.
    public func approxSignGradient(
        _ dy: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, into dx: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        Self.check("approxSignGradient", dy.count, x.count, dx.count)
        nonisolated(unsafe) let (dy, x, dx) = (dy, x, dx)
        split(dy.count, parallel) { start, count in
            elementwise.approx_sign_gradient(dy.baseAddress! + start, x.baseAddress! + start, count, dx.baseAddress! + start)
        }
    }

    /// (1 − |x|)·255 where |x| ≤ 1, rounded, else 0: what ApproxSign's gradient needs of x, in a byte.
    public func approxSignSlopes(_ x: UnsafeBufferPointer<Float>, into slopes: UnsafeMutableBufferPointer<UInt8>, parallel: Parallel = .serial) {
        Self.check("approxSignSlopes", x.count, slopes.count)
        nonisolated(unsafe) let (x, slopes) = (x, slopes)
        split(x.count, parallel) { start, count in elementwise.approx_sign_slopes(x.baseAddress! + start, count, slopes.baseAddress! + start) }
    }

    /// dx = dy·slope·2/255, within 1/255 of dy times ApproxSign's derivative. `dx` may be `dy`.
    public func slopeGradient(
        _ dy: UnsafeBufferPointer<Float>, _ slopes: UnsafeBufferPointer<UInt8>, into dx: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        Self.check("slopeGradient", dy.count, slopes.count, dx.count)
        nonisolated(unsafe) let (dy, slopes, dx) = (dy, slopes, dx)
        split(dy.count, parallel) { start, count in
            elementwise.slope_gradient(dy.baseAddress! + start, slopes.baseAddress! + start, count, dx.baseAddress! + start)
        }
    }

    /// sum += dy·slope·2/255: what `slopeGradient` gives, added to a gradient that is there already.
    public func addSlopeGradient(
        _ dy: UnsafeBufferPointer<Float>, _ slopes: UnsafeBufferPointer<UInt8>, to sum: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        Self.check("addSlopeGradient", dy.count, slopes.count, sum.count)
        nonisolated(unsafe) let (dy, slopes, sum) = (dy, slopes, sum)
        split(dy.count, parallel) { start, count in
            elementwise.add_slope_gradient(dy.baseAddress! + start, slopes.baseAddress! + start, count, sum.baseAddress! + start)
        }
    }
}
