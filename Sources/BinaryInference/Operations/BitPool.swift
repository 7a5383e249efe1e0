internal import BitCore

/// bits → bits: +1 in channel c where any pixel of the window has +1 (`any[c]`), or where all have it.
///
/// This is a maximum of sums behind which a threshold follows, taken after the threshold. For f(z) = a·z + b, rounded or not, and signs
/// s = sign(f(z)):
/// - a ≥ 0: f rises, so f(max z) = max f(z), and sign, which rises too, gives sign(f(max z)) = max s: +1 where any is;
/// - a < 0: f falls, so f(max z) = min f(z), and sign(f(max z)) = min s: +1 where all are.
/// The bits are those of the comparison in its stored form; flipping a row of the kernel for a < 0 changes the sum and the threshold, not
/// the bit, so it changes nothing here.
struct BitPoolRules: OperationRules {
    static let identifier = "bitPool"
    let geometry: WindowGeometry
    /// One sign a channel: +1 for any, −1 for all.
    let any: PackedTensor

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        try expect(pool: geometry, on: inputs[0], [.valid, .replicate], node)
        guard any.shape == [1, geometry.image[2]] else {
            throw .tableCount(node: node, table: "any", expected: geometry.image[2], found: any.shape.count)
        }
        guard any.paddingIsZero else { throw .paddingBits(node: node) }
        return .bits(geometry.pooled)
    }

    func steps(_ inputs: [ValueType]) -> Int { geometry.pooled.count * geometry.window.taps }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let numbers = geometry.referencePool(inputs[0].numbers) { channel, values in
            (any[0, channel] ? values.max() : values.min()) ?? 1
        }
        return .bits(numbers.map { $0 > 0 })
    }

    func executor(_ types: [ValueType]) -> any Executor { BitPoolExecutor(geometry: geometry, any: any.words) }

    func encode(into node: inout NodeEncoder) {
        node.set(geometry)
        node.container.add("\(node.name).any", any)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        let geometry = try node.geometry()
        return .bitPool(geometry, any: try node.signs("any", shape: [1, geometry.image[2]]))
    }
}

/// A word of channels at a time.
struct BitPoolExecutor: Executor {
    let geometry: WindowGeometry
    let any: [UInt64]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let words = any.count
        let (pixels, positions) = (geometry.image[0] * geometry.image[1], geometry.height * geometry.width)
        var result = PackedTensor(minusOnes: geometry.pooled.batched(rows))
        inputs[0].bits.withUnsafeWords { source in
            any.withUnsafeBufferPointer { any in
                result.withUnsafeMutableWords { out in
                    nonisolated(unsafe) let (source, any, out) = (source.baseAddress!, any.baseAddress!, out.baseAddress!)
                    engine.parallel.forEach(rows * geometry.height, grain: engine.grain(geometry.width * words * geometry.window.taps)) { lines in
                        for line in lines {
                            let (item, y) = (line / geometry.height, line % geometry.height)
                            for x in 0..<geometry.width {
                                let target = out + (item * positions + y * geometry.width + x) * words
                                // With `any` both are joined by "or", without by "and": (t | s) where chosen, (t & s) elsewhere. Padding bits
                                // are 0 in every pixel and stay so.
                                var isFirst = true
                                geometry.forEachPixel(y, x) { pixel in
                                    let bits = source + (item * pixels + pixel) * words
                                    if isFirst {
                                        target.update(from: bits, count: words)
                                        isFirst = false
                                        return
                                    }
                                    for w in 0..<words {
                                        let (t, s) = (target[w], bits[w])
                                        target[w] = t & s | (t ^ s) & any[w]
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return .bits(result)
    }
}
