internal import BitCore

/// bytes → sums z[y][x][o] = Σ_{i,j,c} w[o][i][j][c]·q[…]; taps outside the image read the byte `outside`.
///
/// A network trained on x = (q − zeroPoint)·2^−shift with padding 0 reads 0 there, which is q = zeroPoint, and with padding +1 reads
/// q = zeroPoint + 2^shift, which may be beyond a byte. With the value written as a raw one, Σ w·q exceeds the centred sum by
/// zeroPoint·Σ w at every position alike, borders included, so thresholds stay per channel.
struct ByteConvolutionRules: OperationRules {
    static let identifier = "byteConvolution"
    let kernel: PackedTensor
    let geometry: ConvolutionGeometry
    let outside: Int

    /// What `outside` may be: zero points lie within ±65,536, and one more unit does not double them.
    static let outsideRange = -(1 << 17)...(1 << 17)

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bytes, node)
        try expect(kernel, geometry, on: inputs[0], node)
        guard Self.outsideRange.contains(outside) else { throw .overflow(node: node, bound: outside, limit: Self.outsideRange.upperBound) }
        let bound = Swift.max(255, abs(outside)) * geometry.depth
        // 255·K below 2^31 keeps K below 2^23, which the kernels ask for.
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers(geometry.output, -bound...bound)
    }

    func products(_ inputs: [ValueType]) -> Int { geometry.multiplyAccumulates }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .integers(geometry.referenceConvolution(kernel, inputs[0].numbers, outside: outside))
    }

    func executor(_ types: [ValueType]) -> any Executor { ByteConvolutionExecutor(self) }

    func encode(into node: inout NodeEncoder) {
        node.add(convolution: kernel, geometry)
        node.set("outside", outside)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        let (kernel, geometry) = try node.convolution()
        return .byteConvolution(kernel: kernel, geometry: geometry, outside: try node.integer("outside", in: outsideRange))
    }
}

struct ByteConvolutionExecutor: Executor {
    private let kernel: ByteConvolution
    private let outside: UInt8
    private let border: ByteBorder?

    init(_ rules: ByteConvolutionRules) {
        kernel = ByteConvolution(rules.kernel.repacked(to: rules.geometry.kernel), rules.geometry)
        outside = UInt8(clamping: rules.outside)
        let reads = rules.geometry.padding == .zero || rules.geometry.padding == .plusOne
        border = reads && rules.outside != Int(outside) ? ByteBorder(rules, missing: rules.outside - Int(outside)) : nil
    }

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .integers([Int32](count: rows * kernel.geometry.output.count) { sums(inputs[0].bytes, rows: rows, into: $0, engine) })
    }

    private func sums(_ bytes: UnsafeBufferPointer<UInt8>, rows: Int, into out: UnsafeMutableBufferPointer<Int32>, _ engine: ExecutorEngine) {
        engine.kernels.convolve(bytes: bytes, batch: rows, kernel, outside: outside, into: out, parallel: engine.parallel)
        border?.correct(out, rows: rows)
    }

    /// With the threshold behind it, an image at a time: its sums stay in the cache.
    func bits(_ bytes: UnsafeBufferPointer<UInt8>, rows: Int, thresholds: [Int32], _ engine: ExecutorEngine) -> PackedTensor {
        let geometry = kernel.geometry
        var result = PackedTensor(minusOnes: geometry.output.batched(rows))
        let words = result.wordCount / rows
        var sums = [Int32](repeating: 0, count: geometry.output.count)
        for row in 0..<rows {
            let image = UnsafeBufferPointer(rebasing: bytes[row * geometry.image.count..<(row + 1) * geometry.image.count])
            sums.withUnsafeMutableBufferPointer { sums in
                self.sums(image, rows: 1, into: sums, engine)
                let bits = engine.kernels.threshold(
                    UnsafeBufferPointer(sums), rows: geometry.positions.positions, thresholds: thresholds, parallel: engine.parallel)
                result.withUnsafeMutableWords { out in
                    bits.withUnsafeWords { _ = UnsafeMutableBufferPointer(rebasing: out[row * words..<(row + 1) * words]).update(fromContentsOf: $0) }
                }
            }
        }
        return result
    }
}

/// A convolution of bytes and the threshold behind it.
struct ByteConvolutionThresholdExecutor: Executor {
    let convolution: ByteConvolutionExecutor
    let thresholds: [Int32]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .bits(convolution.bits(inputs[0].bytes, rows: rows, thresholds: thresholds, engine))
    }
}

/// What sums at the border lack when the value outside the image is no byte: `missing` times the weights of the taps there.
private struct ByteBorder: Sendable {
    private let positions: Int
    private let outputs: Int
    /// Positions with taps outside, and [place × outputs] corrections.
    private let places: [Int]
    private let corrections: [Int32]

    init(_ rules: ByteConvolutionRules, missing: Int) {
        let (geometry, window) = (rules.geometry.positions, rules.geometry.window)
        let depth = rules.geometry.depth / window.taps
        outputs = rules.geometry.outputs
        positions = geometry.positions
        let tapSums = (0..<outputs).map { output in
            (0..<window.taps).map { tap in (0..<depth).reduce(0) { $0 + (rules.kernel[output, tap * depth + $1] ? missing : -missing) } }
        }
        var (places, corrections): ([Int], [Int32]) = ([], [])
        for y in 0..<geometry.height {
            for x in 0..<geometry.width {
                let outside = (0..<window.taps).filter {
                    geometry.sourceRow(y, tap: $0 / window.width) == nil || geometry.sourceColumn(x, tap: $0 % window.width) == nil
                }
                guard !outside.isEmpty else { continue }
                places.append(y * geometry.width + x)
                for output in 0..<outputs { corrections.append(Int32(outside.reduce(0) { $0 + tapSums[output][$1] })) }
            }
        }
        (self.places, self.corrections) = (places, corrections)
    }

    func correct(_ sums: UnsafeMutableBufferPointer<Int32>, rows: Int) {
        for row in 0..<rows {
            for (index, place) in places.enumerated() {
                let start = (row * positions + place) * outputs
                for output in 0..<outputs { sums[start + output] &+= corrections[index * outputs + output] }
            }
        }
    }
}
