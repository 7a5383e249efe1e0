internal import BitCore

/// A convolution of a network whose stream is real, with all that follows it up to the next convolution: scale and norm, the shortcut with its own,
/// and the sign that the next one reads. The stream is read and written once, while the sums of its pixels are in a near cache.
///
/// Inputs are the signs or the reals and, where there is one, the shortcut; results are the stream and then its signs, of those that are wanted.
struct StreamConvolutionExecutor: Executor {
    enum Kernel: Sendable {
        case binary(BinaryConvolution)
        case real(RealConvolution)
    }

    let kernel: Kernel
    let output: Shape
    let finish: StreamFinish
    let hasShortcut: Bool
    let keepsReals: Bool
    let keepsSigns: Bool

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue { results(inputs, rows: rows, on: engine)[0] }

    func results(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> [BlockValue] {
        let shape = output.batched(rows)
        var reals = keepsReals ? Tensor(uninitialized: shape) : nil
        var signs = keepsSigns ? PackedTensor(minusOnes: shape) : nil
        func run(_ shortcut: UnsafeBufferPointer<Float>?) {
            withElements(&reals) { reals in
                withWords(&signs) { signs in
                    let places = StreamFinish.Places(shortcut: shortcut, reals: reals, signs: signs)
                    switch kernel {
                    case .binary(let kernel): engine.kernels.convolve(inputs[0].bits, kernel, then: finish, places, parallel: engine.parallel)
                    case .real(let kernel):
                        inputs[0].reals.withUnsafeElements {
                            engine.kernels.convolve(reals: $0, batch: rows, kernel, then: finish, places, parallel: engine.parallel)
                        }
                    }
                }
            }
        }
        if hasShortcut { inputs[1].reals.withUnsafeElements { run($0) } } else { run(nil) }
        return [reals.map { .reals($0) }, signs.map { .bits($0) }].compactMap { $0 }
    }

    private func withElements(_ tensor: inout Tensor?, _ body: (UnsafeMutableBufferPointer<Float>?) -> Void) {
        guard var value = tensor.take() else { return body(nil) }
        value.withUnsafeMutableElements { body($0) }
        tensor = value
    }

    private func withWords(_ signs: inout PackedTensor?, _ body: (UnsafeMutableBufferPointer<UInt64>?) -> Void) {
        guard var value = signs.take() else { return body(nil) }
        value.withUnsafeMutableWords { body($0) }
        signs = value
    }
}
