internal import BitCore

/// bytes → bits: +1 where q >= threshold.
struct BinariseRules: OperationRules {
    static let identifier = "binarise"
    let threshold: UInt8

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bytes, node)
        return .bits([inputs[0].shape.count])
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .bits(inputs[0].numbers.map { $0 >= Int(threshold) })
    }

    func executor(_ types: [ValueType]) -> any Executor { BinariseExecutor(threshold: threshold) }

    func encode(into node: inout NodeEncoder) { node.set("threshold", Int(threshold)) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .binarise(threshold: UInt8(try node.integer("threshold", in: 0...255)))
    }
}

/// Eight bytes at a time: an unsigned comparison in every byte of a word, and one multiplication that gathers the eight answers.
struct BinariseExecutor: Executor {
    let threshold: UInt8

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let bytes = inputs[0].bytes
        let columns = bytes.count / rows
        var result = PackedTensor(minusOnes: [rows, columns])
        let stride = result.wordsPerRow
        result.withUnsafeMutableWords { out in
            for row in 0..<rows {
                let source = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[row * columns..<(row + 1) * columns])
                let whole = columns / 8 * 8
                for start in Swift.stride(from: 0, to: whole, by: 8) {
                    let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                    out[row * stride + start / 64] |= atLeast(word) << UInt64(start % 64)
                }
                for column in whole..<columns where source[column] >= threshold {
                    out[row * stride + column / 64] |= 1 << UInt64(column % 64)
                }
            }
        }
        return .bits(result)
    }

    /// Bit i is 1 where byte i of `x` is at least the threshold.
    private func atLeast(_ x: UInt64) -> UInt64 {
        let high: UInt64 = 0x8080_8080_8080_8080
        let t = UInt64(threshold) &* 0x0101_0101_0101_0101
        // Bit 7 of a byte of `low`: the lower seven bits of x are at least those of t; the borrow cannot leave the byte.
        let low = (x | high) &- (t & ~high)
        let answer = ((x & ~t) | (~(x ^ t) & low)) & high
        // Byte i contributes at bit 8i; the factor 2^(56 − 7i) takes it to bit 56 + i, and no two products meet.
        return ((answer >> 7) &* 0x0102_0408_1020_4080) >> 56
    }
}
