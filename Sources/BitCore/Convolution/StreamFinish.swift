internal import CKernels

/// What becomes of the sums z of a convolution whose result is real: y = chain(z) + (scale·shortcut + bias), each product and sum rounded to Float32, in
/// one pass while the sums are in a near cache.
public struct StreamFinish: Sendable {
    public var chain: AffineChain
    /// What the shortcut goes through by channel, if it is not added as it is.
    public var shortcut: (scale: [Float], bias: [Float])?

    /// - Precondition: a scale and a bias for every channel of the chain.
    public init(_ chain: AffineChain, shortcut: (scale: [Float], bias: [Float])? = nil) {
        precondition(
            (shortcut?.scale.count ?? chain.channels) == chain.channels && (shortcut?.bias.count ?? chain.channels) == chain.channels,
            "a shortcut of \(chain.channels) channels with \(shortcut?.scale.count ?? 0) scales and \(shortcut?.bias.count ?? 0) biases")
        (self.chain, self.shortcut) = (chain, shortcut)
    }

    /// Where y goes, and what is added: each row-major over the rows of a result.
    public struct Places {
        /// [rows × channels].
        public var shortcut: UnsafeBufferPointer<Float>?
        /// [rows × channels].
        public var reals: UnsafeMutableBufferPointer<Float>?
        /// The bits of y >= 0: rows of `PackedTensor.words(for: channels)` words.
        public var signs: UnsafeMutableBufferPointer<UInt64>?

        public init(
            shortcut: UnsafeBufferPointer<Float>? = nil, reals: UnsafeMutableBufferPointer<Float>? = nil, signs: UnsafeMutableBufferPointer<UInt64>? = nil
        ) {
            (self.shortcut, self.reals, self.signs) = (shortcut, reals, signs)
        }
    }

    /// Calls `body` with what the kernels take, for the first row.
    /// - Precondition: places for `rows` rows.
    func withC(_ places: Places, rows: Int, _ body: (sf_finish) -> Void) {
        let (count, stride) = (rows * chain.channels, PackedTensor.words(for: chain.channels))
        precondition(
            (places.shortcut?.count ?? count) == count && (places.reals?.count ?? count) == count
                && (places.signs?.count ?? rows * stride) == rows * stride,
            "\(rows) rows of \(chain.channels) numbers do not fit their shortcut or their result")
        chain.withC { chain in
            var finish = sf_finish(
                chain: chain, shortcut: places.shortcut?.baseAddress, shortcut_scale: nil, shortcut_bias: nil, out: places.reals?.baseAddress,
                bits: places.signs?.baseAddress, bits_stride: stride)
            guard let shortcut else { return body(finish) }
            shortcut.scale.withUnsafeBufferPointer { scale in
                shortcut.bias.withUnsafeBufferPointer { bias in
                    (finish.shortcut_scale, finish.shortcut_bias) = (scale.baseAddress, bias.baseAddress)
                    body(finish)
                }
            }
        }
    }
}

extension sf_finish {
    /// The same from another row on.
    func advanced(by row: Int) -> sf_finish {
        var result = self
        let first = row * chain.pointee.channels
        result.shortcut = shortcut.map { $0 + first }
        result.out = out.map { $0 + first }
        result.bits = bits.map { $0 + row * bits_stride }
        return result
    }
}

extension Kernels {
    /// A convolution of signs whose sums stay real, finished in one pass over the positions [batch × height' × width'].
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, then finish: StreamFinish, _ places: StreamFinish.Places, parallel: Parallel = .serial
    ) {
        let geometry = kernel.geometry
        let outputs = geometry.outputs
        let total = geometry.batch(image) * geometry.positions.positions
        precondition(finish.chain.channels == outputs, "a chain for \(finish.chain.channels) channels behind \(outputs) outputs")
        finish.withC(places, rows: total) { finish in
            nonisolated(unsafe) let finish = finish
            forEachBlockOfSums(image, kernel, parallel) { sums, rows, row in
                var block = finish.advanced(by: row)
                elementwise.finish_sums(sums, rows, &block)
            }
        }
    }
}
