internal import CKernels

/// Functions x ← scale·x + bias by channel, one after the other, each multiplied and then added, rounded to Float32 twice: what scales and
/// norms behind a product come to.
public struct AffineChain: Sendable {
    /// More are not taken in one pass.
    public static let mostSteps = 3
    public let channels: Int
    public private(set) var steps: [(scale: [Float], bias: [Float])] = []

    public init(channels: Int) { self.channels = channels }

    /// - Precondition: one number a channel, and room for another step.
    public mutating func append(scale: [Float], bias: [Float]) {
        precondition(scale.count == channels && bias.count == channels, "\(scale.count) scales and \(bias.count) biases for \(channels) channels")
        precondition(steps.count < Self.mostSteps, "a chain has at most \(Self.mostSteps) steps")
        steps.append((scale, bias))
    }

    func withC<Result>(_ body: (UnsafePointer<sf_chain>) -> Result) -> Result {
        // All tables in one buffer: a chain is used for blocks of thousands of numbers.
        let tables = AlignedBuffer<Float>(uninitializedCount: 2 * steps.count * channels)
        var pointers: [UnsafePointer<Float>?] = []
        for (index, step) in steps.enumerated() {
            for (half, values) in [step.scale, step.bias].enumerated() {
                let target = tables.pointer + (2 * index + half) * channels
                values.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: channels) }
                pointers.append(UnsafePointer(target))
            }
        }
        while pointers.count < 2 * Self.mostSteps { pointers.append(nil) }
        var chain = sf_chain(
            channels: channels, steps: steps.count, scale: (pointers[0], pointers[2], pointers[4]), bias: (pointers[1], pointers[3], pointers[5]))
        return withExtendedLifetime(tables) { body(&chain) }
    }
}

extension Kernels {
    /// A convolution of signs whose sums stay real: z through a chain, plus a shortcut of the result's shape, in one pass over the positions.
    /// - Parameters:
    ///   - reals: receives the numbers, row-major [batch × height' × width' × outputs].
    ///   - signs: receives their bits, +1 where x >= 0: rows of `PackedTensor.words(for: outputs)` words.
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, then chain: AffineChain, plus shortcut: UnsafeBufferPointer<Float>?,
        reals: UnsafeMutableBufferPointer<Float>?, signs: UnsafeMutableBufferPointer<UInt64>?, parallel: Parallel = .serial
    ) {
        let geometry = kernel.geometry
        let outputs = geometry.outputs
        let stride = PackedTensor.words(for: outputs)
        let total = geometry.batch(image) * geometry.positions.positions
        precondition(chain.channels == outputs, "a chain for \(chain.channels) channels behind \(outputs) outputs")
        precondition(
            (shortcut?.count ?? total * outputs) == total * outputs && (reals?.count ?? total * outputs) == total * outputs
                && (signs?.count ?? total * stride) == total * stride,
            "a convolution to \(total) rows of \(outputs) numbers does not fit its shortcut or its result")
        let rowsAtOnce = kernel.rowsAtOnce
        chain.withC { chain in
            nonisolated(unsafe) let (chain, shortcut, reals, signs) = (chain, shortcut?.baseAddress, reals?.baseAddress, signs?.baseAddress)
            parallel.forEach(total, grain: rowsAtOnce) { range in
                let sums = AlignedBuffer<Int32>(uninitializedCount: rowsAtOnce * outputs)
                let space = AlignedBuffer<UInt64>(uninitializedCount: kernel.rowWords * rowsAtOnce)
                forEachBlock(range, image, kernel, space) { operands, group, row, corrections in
                    xnor.i32(operands, sums.pointer + group, outputs)
                    corrections { local, count, corrections in
                        let z = sums.pointer + local * outputs + group
                        for o in 0..<count { z[o] &+= corrections[o] }
                    }
                    guard group + outputs / geometry.groups == outputs else { return }
                    elementwise.finish_sums(
                        sums.pointer, operands.pointee.rows, chain, shortcut.map { $0 + row * outputs }, reals.map { $0 + row * outputs },
                        signs.map { $0 + row * stride }, stride)
                }
            }
        }
    }
}
