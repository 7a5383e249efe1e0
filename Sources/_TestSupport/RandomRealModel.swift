public import BinaryInference
public import BitCore

/// Random models with real parts: a real stem, shortcuts around binary convolutions, pools, rectifiers, a real classifier.
public enum RandomRealModel {
    public static func floats(_ count: Int, _ generator: inout SeededGenerator) -> [Float] { (0..<count).map { _ in generator.normal() } }

    /// A real convolution with a random kernel.
    public static func convolution(
        _ geometry: ConvolutionGeometry, _ generator: inout SeededGenerator
    ) -> InferenceModel.Operation {
        .realConvolution(
            kernel: Tensor(floats(geometry.outputs * geometry.depth, &generator), shape: [geometry.outputs, geometry.depth]), geometry: geometry)
    }

    /// From bytes [height × width × channels] to `classes` real scores; every operation on reals is in there somewhere.
    public static func make(seed: UInt64, image: Shape = [8, 7, 3], blocks: Int = 3, classes: Int = 4) throws -> InferenceModel {
        var generator = SeededGenerator(seed: seed).split("real model")
        var nodes: [InferenceModel.Node] = []
        func add(_ operation: InferenceModel.Operation, _ inputs: Int...) -> Int {
            nodes.append(.init(name: "node\(nodes.count)", operation: operation, inputs: inputs))
            return nodes.count
        }
        func affine(_ columns: Int, _ source: Int) -> Int {
            add(.affine(scale: floats(columns, &generator), bias: floats(columns, &generator)), source)
        }
        var shape = image
        var value = add(.affine(scale: [0.0078125, 0.0078125, 0.0078125], bias: [-1, -1, -1]), 0)
        let channels = [4, 8, 17, 64][generator.index(below: 4)]
        let stem = try ConvolutionGeometry(RandomImageModel.geometry(shape, &generator), outputs: channels)
        value = affine(channels, add(convolution(stem, &generator), value))
        shape = stem.output
        for block in 0..<blocks {
            switch generator.index(below: 6) {
            case 0:
                let pool = RandomImageModel.geometry(shape, &generator)
                value = add(.maxPool(pool), value)
                shape = [pool.height, pool.width, shape[2]]
            case 1:
                let pool = RandomImageModel.geometry(shape, &generator)
                value = add(.meanPool(pool), value)
                shape = [pool.height, pool.width, shape[2]]
            case 2:
                value = add(
                    .rectify(
                        slope: floats(shape[2], &generator), shift: floats(shape[2], &generator), offset: floats(shape[2], &generator)), value)
            case 3:
                let first = generator.index(below: shape[2])
                let count = 1 + generator.index(below: shape[2] - first)
                value = add(.concatenate, add(.slice(first: first, count: count), value), value)
                shape = [shape[0], shape[1], shape[2] + count]
            case 4:
                let depthwise = try ConvolutionGeometry(shape, Window(3), [.zero, .replicate, .plusOne][block % 3], outputs: shape[2], groups: shape[2])
                let form = generator.index(below: 4)
                let sums = add(convolution(depthwise, &generator), value)
                value = add(.add, form == 0 ? sums : affine(shape[2], sums), form == 3 ? affine(shape[2], value) : value)
            default: value = add(.relu, value)
            }
            // out = norm(convolution(sign(x))) + x
            let signs = add(.realThreshold(thresholds: block % 2 == 0 ? Array(repeating: 0, count: shape[2]) : floats(shape[2], &generator)), value)
            let same = try ConvolutionGeometry(shape, Window(3), [.zero, .plusOne, .replicate][generator.index(below: 3)], outputs: shape[2])
            let sums = add(.binaryConvolution(kernel: RandomModel.kernel(shape[2], same.depth, &generator), geometry: same), signs)
            let stream = affine(shape[2], generator.index(below: 2) == 0 ? affine(shape[2], sums) : sums)
            value = add(.add, stream, generator.index(below: 3) == 0 ? affine(shape[2], value) : value)
        }
        value = add(.reshape([shape.count]), value)
        value = add(.realDense(kernel: Tensor(floats(classes * shape.count, &generator), shape: [classes, shape.count])), value)
        _ = add(.realScores, affine(classes, value))
        return try InferenceModel(name: "reals \(seed)", input: .init(shape: image, zeroPoint: 128, shift: 7), nodes: nodes)
    }
}
