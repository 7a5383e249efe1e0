public import BinaryInference
internal import BitCore

/// Models of bits alone, in slices.
public enum RandomSliceModel {
    /// Two values of signs of one shape, joined every way, thresholds in slices behind a convolution in groups, and sums over slices.
    public static func make(channels: Int, slices: Int) throws -> InferenceModel {
        var generator = SeededGenerator(seed: UInt64(channels * 10 + slices))
        let image: Shape = [3, 4, 2 * channels]
        var nodes: [InferenceModel.Node] = []
        func add(_ operation: InferenceModel.Operation, _ inputs: Int...) -> Int {
            nodes.append(.init(name: "node\(nodes.count)", operation: operation, inputs: inputs))
            return nodes.count
        }
        let bits = add(.reshape(image), add(.binarise(threshold: 100), 0))
        let (x, y) = (add(.slice(first: 0, count: channels), bits), add(.slice(first: channels, count: channels), bits))
        let joined = add(.interleave, add(.xnor, x, y), add(.or, x, y))
        let geometry = try ConvolutionGeometry([3, 4, 2 * channels], Window(3), .replicate, outputs: 2 * channels)
        let sums = add(.binaryConvolution(kernel: RandomModel.kernel(geometry.outputs, geometry.depth, &generator), geometry: geometry), joined)
        let many = add(.multiThreshold(thresholds: RandomModel.thresholds(2 * channels * slices, reach: 5, &generator)), sums)
        let half = add(.split(part: 1, of: 2, slices: slices), many)
        let counted = add(.sliceSum(slices: slices), half)
        let pool = try WindowGeometry([3, 4, channels], Window(3, 4), .valid)
        let total = add(.sumPool(pool), counted)
        _ = add(.scores(scale: Array(repeating: 3, count: channels), bias: Array(repeating: -1, count: channels), exponent: 0), total)
        return try InferenceModel(name: "slices", input: .init(shape: image), nodes: nodes)
    }
}
