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
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers(geometry.output, -bound...bound)
    }

    func products(_ inputs: [ValueType]) -> Int { geometry.multiplyAccumulates }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .integers(geometry.referenceConvolution(kernel, inputs[0].numbers, outside: outside))
    }

    func executor(_ types: [ValueType]) -> any Executor { ReferenceExecutor(rules: self, types: types) }

    func encode(into node: inout NodeEncoder) {
        node.add(convolution: kernel, geometry)
        node.set("outside", outside)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        let (kernel, geometry) = try node.convolution()
        return .byteConvolution(kernel: kernel, geometry: geometry, outside: try node.integer("outside", in: outsideRange))
    }
}
