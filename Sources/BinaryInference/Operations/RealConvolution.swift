internal import BitCore

/// reals → reals: z[y][x][o] = Σ w[o][i][j][c]·x[…], terms in the order (i, j, c) from a sum of +0, each added by a fused multiply-add in
/// Float32. A tap outside the image is a term like any other and reads what the padding says.
struct RealConvolutionRules: OperationRules {
    static let identifier = "realConvolution"
    /// [outputs × depth].
    let kernel: Tensor
    let geometry: ConvolutionGeometry

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        try expect(geometry.positions, on: inputs[0], channels: geometry.outputs, node)
        guard kernel.shape == [geometry.outputs, geometry.depth] else { throw .kernelShape(node: node, kernel.shape) }
        try expect(finite: kernel.elements, "kernel", node)
        return .reals(geometry.output)
    }

    func products(_ inputs: [ValueType]) -> Int { geometry.multiplyAccumulates }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let (image, weights) = (inputs[0].floats, kernel.elements)
        let (perGroup, perGroupOutputs) = (geometry.channels / geometry.groups, geometry.outputs / geometry.groups)
        let outside: Float = geometry.padding == .plusOne ? 1 : 0
        var result: [Float] = []
        result.reserveCapacity(geometry.output.count)
        for y in 0..<geometry.positions.height {
            for x in 0..<geometry.positions.width {
                for output in 0..<geometry.outputs {
                    var sum: Float = 0
                    var k = output * geometry.depth
                    for i in 0..<geometry.window.height {
                        for j in 0..<geometry.window.width {
                            let row = geometry.positions.sourceRow(y, tap: i)
                            let column = geometry.positions.sourceColumn(x, tap: j)
                            let pixel = row.flatMap { row in column.map { row * geometry.image[1] + $0 } }
                            for c in 0..<perGroup {
                                let value = pixel.map { image[$0 * geometry.channels + output / perGroupOutputs * perGroup + c] } ?? outside
                                sum = sum.addingProduct(value, weights[k])
                                k += 1
                            }
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return .reals(result)
    }

    func executor(_ types: [ValueType]) -> any Executor { RealConvolutionExecutor(kernel: RealConvolution(kernel, geometry)) }

    func encode(into node: inout NodeEncoder) {
        node.set(geometry.positions)
        node.set("groups", geometry.groups)
        node.add("kernel", kernel)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        let positions = try node.geometry()
        let groups = try node.integer("groups", in: 1...InferenceModel.valueLimit)
        let kernel = try node.matrix("kernel")
        do {
            let geometry = try ConvolutionGeometry(positions, outputs: kernel.shape[0], groups: groups)
            return .realConvolution(kernel: kernel, geometry: geometry)
        } catch {
            throw .model(.geometry(node: node.name, error))
        }
    }
}

struct RealConvolutionExecutor: Executor {
    let kernel: RealConvolution

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .reals(engine.kernels.convolve(inputs[0].reals, kernel, parallel: engine.parallel))
    }
}
