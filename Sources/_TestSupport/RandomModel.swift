public import BinaryInference
public import BitCore

/// Random models for tests: any widths, thresholds among the sums that occur, never, and always.
public enum RandomModel {
    /// Random signs.
    public static func kernel(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> PackedTensor {
        var kernel = PackedTensor(minusOnes: [rows, columns])
        for row in 0..<rows { for column in 0..<columns { kernel[row, column] = generator.next() & 1 == 1 } }
        return kernel
    }

    /// Random thresholds within `reach`, one in ten never and one in ten always.
    public static func thresholds(_ count: Int, reach: Int, _ generator: inout SeededGenerator) -> [Int32] {
        (0..<count).map { _ in
            switch generator.index(below: 10) {
            case 0: Int32.max
            case 1: Int32.min
            default: Int32(generator.index(below: 2 * reach + 1) - reach)
            }
        }
    }

    /// `widths` from the input to the classes; at least one layer.
    public static func make(_ widths: [Int], binarised: Bool = false, seed: UInt64 = 0, shape: Shape? = nil) throws -> InferenceModel {
        var generator = SeededGenerator(seed: seed).split("model")
        var nodes: [InferenceModel.Node] = []
        func add(_ name: String, _ operation: InferenceModel.Operation) {
            nodes.append(.init(name: name, operation: operation, inputs: [nodes.count]))
        }
        if binarised { add("input", .binarise(threshold: UInt8(generator.index(below: 256)))) }
        for layer in 0..<widths.count - 1 {
            let (inputs, outputs) = (widths[layer], widths[layer + 1])
            let kernel = kernel(outputs, inputs, &generator)
            let isBytes = layer == 0 && !binarised
            add("dense\(layer)", isBytes ? .byteDense(kernel: kernel) : .binaryDense(kernel: kernel))
            let reach = isBytes ? 255 * inputs : inputs
            if layer < widths.count - 2 {
                // Where sums of random signs lie, so that both outcomes occur.
                let typical = max(reach / 8, 1)
                add("sign\(layer)", .threshold(thresholds: thresholds(outputs, reach: typical, &generator)))
            } else {
                let limit = (1 << 23) / max(reach, 1)
                let scale = (0..<outputs).map { _ in Int32(generator.index(below: 2 * limit) - limit) }
                let bias = (0..<outputs).map { _ in Int32(generator.index(below: 1 << 20) - 1 << 19) }
                add("scores", .scores(scale: scale, bias: bias, exponent: -generator.index(below: 20)))
            }
        }
        return try InferenceModel(
            name: "random", input: .init(shape: shape ?? [widths[0]], zeroPoint: 128, shift: 7), nodes: nodes,
            labels: (0..<(widths.last ?? 0)).map { "class \($0)" }, metadata: ["origin": "a test, seed \(seed)"])
    }

    /// Random bytes.
    public static func items(_ count: Int, of width: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed).split("items")
        return (0..<count * width).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}
