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

    /// The slopes at x, into a place for as many.
    public func approxSignSlopes(_ x: UnsafeBufferPointer<Float>, into slopes: ApproxSignSlopes, parallel: Parallel = .serial) {
        Self.check("approxSignSlopes", x.count, slopes.count)
        nonisolated(unsafe) let x = x
        split(x.count, parallel) { start, count in elementwise.approx_sign_slopes(x.baseAddress! + start, count, slopes.from(start)) }
    }

    /// dx = dy·slope. `dx` may be `dy`.
    public func slopeGradient(
        _ dy: UnsafeBufferPointer<Float>, _ slopes: ApproxSignSlopes, into dx: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("slopeGradient", dy.count, slopes.count, dx.count)
        nonisolated(unsafe) let (dy, dx) = (dy, dx)
        split(dy.count, parallel) { start, count in
            elementwise.slope_gradient(dy.baseAddress! + start, slopes.from(start), count, dx.baseAddress! + start)
        }
    }

    /// sum += dy·slope, for some of the slopes: what `slopeGradient` gives, added to a gradient that is there already.
    public func addSlopeGradient(
        _ dy: UnsafeBufferPointer<Float>, _ slopes: ApproxSignSlopes, at places: Range<Int>, to sum: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        Self.check("addSlopeGradient", dy.count, places.count, sum.count)
        precondition(places.upperBound <= slopes.count, "places \(places) of \(slopes.count) slopes")
        nonisolated(unsafe) let (dy, sum) = (dy, sum)
        split(dy.count, parallel) { start, count in
            elementwise.add_slope_gradient(dy.baseAddress! + start, slopes.from(places.lowerBound + start), count, sum.baseAddress! + start)
        }
    }
}
