internal import BitCore

/// bits → sums z[y][x][o] = Σ_{i,j,c} w[o][i][j][c]·x[…]; taps outside the image read what the padding says, 0 included.
struct BinaryConvolutionRules: OperationRules {
    static let identifier = "binaryConvolution"
    let kernel: PackedTensor
    let geometry: ConvolutionGeometry

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        try expect(kernel, geometry, on: inputs[0], node)
        // As for a dense product: Float32 holds these sums, too.
        guard geometry.depth < 1 << 24 else { throw .overflow(node: node, bound: geometry.depth, limit: 1 << 24) }
        return .integers(geometry.output, -geometry.depth...geometry.depth)
    }

    func products(_ inputs: [ValueType]) -> Int { geometry.multiplyAccumulates }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .integers(geometry.referenceConvolution(kernel, inputs[0].numbers, outside: geometry.padding == .plusOne ? 1 : 0))
    }

    func executor(_ types: [ValueType]) -> any Executor { BinaryConvolutionExecutor(kernel: BinaryConvolution(kernel.repacked(to: geometry.kernel), geometry)) }

    func encode(into node: inout NodeEncoder) { node.add(convolution: kernel, geometry) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        let (kernel, geometry) = try node.convolution()
        return .binaryConvolution(kernel: kernel, geometry: geometry)
    }
}

struct BinaryConvolutionExecutor: Executor {
    let kernel: BinaryConvolution

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .integers(
            [Int32](count: rows * kernel.geometry.output.count) {
                engine.kernels.convolve(inputs[0].bits, kernel, into: $0, parallel: engine.parallel)
            })
    }
}

/// A convolution of signs and the threshold behind it: bits in, bits out.
struct BinaryConvolutionThresholdExecutor: Executor {
    let kernel: BinaryConvolution
    let thresholds: [Int32]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .bits(engine.kernels.convolve(inputs[0].bits, kernel, thresholds: thresholds, parallel: engine.parallel))
    }
}
