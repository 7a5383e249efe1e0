internal import BitCore

extension Pooling {
    func means(_ x: Tensor, _ context: ExecutionContext) -> Tensor {
        let batch = x.shape[0]
        var result = Tensor(uninitialized: output.batched(batch))
        x.withUnsafeElements { x in
            result.withUnsafeMutableElements { result in
                context.kernels.sumPool(
                    x, batch: batch, imageCount: geometry.image.count, windows, scale: 1 / Float(windows.taps), into: result,
                    parallel: context.parallel)
            }
        }
        return result
    }

    func gradient(ofMeans dy: Tensor, _ context: ExecutionContext) -> Tensor {
        let batch = dy.shape[0]
        var result = Tensor(uninitialized: geometry.image.batched(batch))
        dy.withUnsafeElements { dy in
            result.withUnsafeMutableElements { result in
                context.kernels.sumPoolGradient(
                    dy, batch: batch, imageCount: geometry.image.count, windows, scale: 1 / Float(windows.taps), into: result,
                    parallel: context.parallel)
            }
        }
        return result
    }
}

extension Signal.Width {
    /// The type of a mean over `taps` values.
    func mean(of taps: Int, _ padding: Padding) -> Signal.Width {
        guard taps & (taps - 1) == 0 else { return .real }
        let more = taps.trailingZeroBitCount
        let (bound, shift): (Int, Int)
        switch self {
        case .sign: (bound, shift) = (1, 0)
        case .byte(let zero, let s): (bound, shift) = (255 + abs(zero), s)
        case .integer(let b, let s): (bound, shift) = (b, s)
        case .real: return .real
        }
        let largest = Swift.max(bound, padding == .plusOne ? 1 << Swift.max(shift, 0) : 0) * taps
        return largest < 1 << 24 ? .integer(bound: largest, shift: shift + more) : .real
    }
}
