public import BinaryInference
public import BitCore

/// Random models of images: convolutions, pools and what joins them, with every kind of window.
public enum RandomImageModel {
    /// A window that fits on the image, and with it a result that is neither empty nor large.
    public static func geometry(_ image: Shape, paddings: [Padding] = Padding.allCases, _ generator: inout SeededGenerator) -> WindowGeometry {
        while true {
            let window = Window(
                1 + generator.index(below: 4), 1 + generator.index(below: 4), stride: 1 + generator.index(below: 3),
                dilation: 1 + generator.index(below: 3))
            let padding = paddings[generator.index(below: paddings.count)]
            let margins: Margins? =
                generator.index(below: 2) == 0
                ? nil
                : Margins(
                    top: generator.index(below: window.reach.height), left: generator.index(below: window.reach.width),
                    bottom: generator.index(below: window.reach.height), right: generator.index(below: window.reach.width))
            if let geometry = try? WindowGeometry(image, window, padding, margins: margins), geometry.positions <= 200 { return geometry }
        }
    }

    /// A convolution with a random kernel.
    public static func convolution(
        _ image: Shape, outputs: Int, groups: Int = 1, isByte: Bool, _ generator: inout SeededGenerator
    ) throws -> InferenceModel.Operation {
        let geometry = try ConvolutionGeometry(geometry(image, &generator), outputs: outputs, groups: groups)
        let kernel = RandomModel.kernel(outputs, geometry.depth, &generator)
        guard isByte else { return .binaryConvolution(kernel: kernel, geometry: geometry) }
        let outside = [0, 0, 7, 128, 255, 256, -9, 384][generator.index(below: 8)]
        return .byteConvolution(kernel: kernel, geometry: geometry, outside: outside)
    }

    /// Some layers after each other and beside each other, from bytes [height × width × channels] to three classes.
    public static func make(
        seed: UInt64, image: Shape = [9, 8, 3], channels: [Int] = [5, 70, 64, 33, 12], binarised: Bool = false, layers: Int = 4
    ) throws -> InferenceModel {
        var generator = SeededGenerator(seed: seed).split("image model")
        var graph = Graph()
        var value = 0
        if binarised {
            value = graph.add(.binarise(threshold: 100), 0)
            value = graph.add(.reshape(image), value)
        }
        var shape = image
        var bits = binarised
        for _ in 0..<layers {
            // Channels that groups divide: a group takes a divisor of what comes in.
            let groups = [1, 1, shape[2], divisor(shape[2], &generator)][generator.index(below: 4)]
            let wanted = channels[generator.index(below: channels.count)]
            let outputs = groups * Swift.max(1, wanted / groups)
            let operation = try convolution(shape, outputs: outputs, groups: groups, isByte: !bits, &generator)
            let (depth, output) = description(operation)
            let convolved = graph.add(operation, value)
            shape = output
            var sums = convolved
            var reach = Swift.max((bits ? 1 : 255) * depth / 8, 1)
            switch generator.index(below: 4) {
            case 0:
                let pool = geometry(shape, paddings: [.valid, .replicate], &generator)
                sums = graph.add(.maxPool(pool), sums)
                shape = [pool.height, pool.width, shape[2]]
            case 1:
                let pool = geometry(shape, paddings: [.valid, .zero, .replicate], &generator)
                sums = graph.add(.sumPool(pool), sums)
                shape = [pool.height, pool.width, shape[2]]
            case 2:
                sums = graph.add(.add, sums, convolved)
                reach *= 2
            default: break
            }
            value = graph.add(.threshold(thresholds: RandomModel.thresholds(shape[2], reach: reach, &generator)), sums)
            bits = true
            switch generator.index(below: 4) {
            case 0:
                let pool = geometry(shape, paddings: [.valid, .replicate], &generator)
                value = graph.add(.bitPool(pool, any: RandomModel.kernel(1, shape[2], &generator)), value)
                shape = [pool.height, pool.width, shape[2]]
            case 1:
                let first = generator.index(below: shape[2])
                let count = 1 + generator.index(below: shape[2] - first)
                let part = graph.add(.slice(first: first, count: count), value)
                value = graph.add(.concatenate, value, part, value)
                shape = [shape[0], shape[1], 2 * shape[2] + count]
            default: break
            }
            if generator.index(below: 3) == 0 { value = graph.add(.flip(RandomModel.kernel(1, shape[2], &generator)), value) }
        }
        switch generator.index(below: 3) {
        case 0:
            value = graph.add(.reshape([shape.count]), value)
            value = graph.add(.binaryDense(kernel: RandomModel.kernel(3, shape.count, &generator)), value)
        case 1:
            let whole = try WindowGeometry(shape, Window(shape[0], shape[1]), .valid)
            value = graph.add(.sumPool(whole), value)
            value = graph.add(.slice(first: 0, count: Swift.min(3, shape[2])), value)
        default:
            let pointwise = try ConvolutionGeometry(shape, Window(shape[0], shape[1]), outputs: 3)
            value = graph.add(.binaryConvolution(kernel: RandomModel.kernel(3, pointwise.depth, &generator), geometry: pointwise), value)
        }
        let classes = graph.nodes.last.map { if case .slice(_, let count) = $0.operation { count } else { 3 } } ?? 3
        let scale = (0..<classes).map { _ in Int32(generator.index(below: 100) - 50) }
        let bias = (0..<classes).map { _ in Int32(generator.index(below: 1 << 16) - 1 << 15) }
        _ = graph.add(.scores(scale: scale, bias: bias, exponent: -3), value)
        return try InferenceModel(name: "images \(seed)", input: .init(shape: image, zeroPoint: 128, shift: 7), nodes: graph.nodes)
    }

    private static func divisor(_ count: Int, _ generator: inout SeededGenerator) -> Int {
        let divisors = (1...count).filter { count % $0 == 0 }
        return divisors[generator.index(below: divisors.count)]
    }

    private static func description(_ operation: InferenceModel.Operation) -> (depth: Int, output: Shape) {
        switch operation {
        case .byteConvolution(_, let geometry, _), .binaryConvolution(_, let geometry): (geometry.depth, geometry.output)
        default: (0, [])
        }
    }

    /// Nodes named after their number.
    private struct Graph {
        var nodes: [InferenceModel.Node] = []

        mutating func add(_ operation: InferenceModel.Operation, _ inputs: Int...) -> Int {
            nodes.append(.init(name: "node\(nodes.count)", operation: operation, inputs: inputs))
            return nodes.count
        }
    }
}
