internal import BitCore

/// What a convolution's window covers, position by position, as rows of a matrix: row (n, y, x) holds the `taps · channels of a group`
/// values under the window, in the order of the kernel, so that a convolution is a matrix product. Rows are made block by block, never
/// all at once: they hold every pixel once for each tap.
struct Patches {
    let geometry: ConvolutionGeometry
    let image: ConvolutionOperand
    private let perGroup: Int
    private let outside: Float

    init(_ geometry: ConvolutionGeometry, _ image: ConvolutionOperand) {
        self.geometry = geometry
        self.image = image
        perGroup = geometry.channels / geometry.groups
        outside = geometry.padding == .plusOne ? 1 : 0
    }

    /// Rows that make a block of about half a mebibyte: it stays in a second-level cache.
    static func blockRows(_ geometry: ConvolutionGeometry) -> Int { max(1, 131_072 / geometry.depth) }

    /// Writes the rows in `range` (of batch · positions) for one group, densely.
    func gather(_ range: Range<Int>, group: Int, into target: UnsafeMutablePointer<Float>) {
        switch image {
        case .reals(let base):
            let channels = geometry.channels
            gather(range, into: target) { pixels, to in
                let from = base + pixels.lowerBound * channels + group * perGroup
                if perGroup == channels {
                    to.update(from: from, count: pixels.count * channels)
                } else {
                    for p in 0..<pixels.count { (to + p * perGroup).update(from: from + p * channels, count: perGroup) }
                }
            }
        case .scaledSigns: preconditionFailure("only kernels have a factor for each output, not images")
        case .signs(let bits):
            let stride = bits.wordsPerRow
            let kernels = Kernels.active
            bits.withUnsafeWords { words in
                guard let base = words.baseAddress else { return }
                gather(range, into: target) { pixels, to in
                    let from = base + pixels.lowerBound * stride
                    if perGroup == geometry.channels {
                        kernels.unpackSigns(from, stride: stride, rows: pixels.count, columns: perGroup, into: to)
                    } else {
                        for p in 0..<pixels.count {
                            for c in 0..<perGroup {
                                let bit = group * perGroup + c
                                to[p * perGroup + c] = (from[p * stride + bit / 64] >> UInt64(bit % 64)) & 1 == 1 ? 1 : -1
                            }
                        }
                    }
                }
            }
        }
    }

    /// Finds the pixels under each row's taps; neighbouring taps over neighbouring pixels are copied in one call.
    private func gather(
        _ range: Range<Int>, into target: UnsafeMutablePointer<Float>, copy: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
        PatchTaps(geometry.positions).forEachRun(range) { row, tap, taps, pixel in
            let to = target + (row - range.lowerBound) * geometry.depth + tap * perGroup
            if let pixel {
                copy(pixel..<pixel + taps, to)
            } else {
                to.update(repeating: outside, count: taps * perGroup)
            }
        }
    }

    /// Adds rows of gradients to the pixels they came from: the transpose of `gather`. What lies outside is dropped.
    func scatter(_ range: Range<Int>, group: Int, from source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
        let channels = geometry.channels
        PatchTaps(geometry.positions).forEachRun(range) { row, tap, taps, pixel in
            guard let pixel else { return }
            let from = source + (row - range.lowerBound) * geometry.depth + tap * perGroup
            let to = target + pixel * channels + group * perGroup
            for p in 0..<taps {
                for c in 0..<perGroup { to[p * channels + c] += from[p * perGroup + c] }
            }
        }
    }
}
