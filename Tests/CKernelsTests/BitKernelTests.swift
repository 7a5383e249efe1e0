import BitCore
import Testing

/// The bit kernels by their definitions, on every instruction set that this machine has. The variants against the reference over many
/// more shapes, with guarded memory, are in Tests/CKernelsC.
@Suite struct BitKernelTests {
    static let sets = InstructionSet.supported
    static let sizes = [0, 1, 63, 64, 65, 127, 128, 129]

    /// Rows × columns × depth: every size in every place, and odd ones.
    static let shapes: [[Int]] =
        sizes.flatMap { size in [[3, 5, size], [3, size, 67], [size, 9, 130]] } + [[1, 10, 784], [7, 31, 577], [130, 17, 961], [5, 24, 4099]]

    func floats(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.normal() }
    }

    /// Signs as ±1 integers and packed, made apart from the kernels under test.
    func signs(_ rows: Int, _ columns: Int, seed: UInt64) -> (values: [Int], packed: PackedTensor) {
        let values = floats(rows * columns, seed: seed).map { $0 >= 0 ? 1 : -1 }
        var packed = PackedTensor(minusOnes: Shape([rows, columns]))
        for i in 0..<rows {
            for j in 0..<columns where values[i * columns + j] > 0 { packed[i, j] = true }
        }
        return (values, packed)
    }

    @Test(arguments: sets, shapes) func products(_ set: InstructionSet, _ shape: [Int]) {
        let (rows, columns, depth) = (shape[0], shape[1], shape[2])
        let (a, packedA) = signs(rows, depth, seed: 1)
        let (b, packedB) = signs(columns, depth, seed: 2)
        var sums = [Int](repeating: 0, count: rows * columns)
        for i in 0..<rows {
            for j in 0..<columns {
                for k in 0..<depth { sums[i * columns + j] += a[i * depth + k] * b[j * depth + k] }
            }
        }
        let kernels = Kernels(set)
        let panels = BinaryPanels(packedB)
        let thresholds = (0..<columns).map { [0, Int32.max, .min, 1, -3, 8, .min + 1][$0 % 7] }
        for threads in [1, 2] {
            let parallel = Parallel(threads: threads)
            #expect(kernels.product(packedA, panels, parallel: parallel).elements == sums.map { Float($0) })
            var integers = [Int32](repeating: 9, count: rows * columns)
            integers.withUnsafeMutableBufferPointer { kernels.product(packedA, panels, into: $0, parallel: parallel) }
            #expect(integers == sums.map { Int32($0) })
            let bits = kernels.product(packedA, panels, thresholds: thresholds, parallel: parallel)
            #expect(bits.paddingIsZero)
            for i in 0..<rows {
                for j in 0..<columns { #expect(bits[i, j] == (sums[i * columns + j] >= Int(thresholds[j]))) }
            }
            #expect(integers.withUnsafeBufferPointer { kernels.threshold($0, rows: rows, thresholds: thresholds) } == bits)
        }
    }

    @Test(arguments: sets, shapes) func byteProducts(_ set: InstructionSet, _ shape: [Int]) {
        let (rows, columns, depth) = (shape[0], shape[1], shape[2])
        var generator = SeededGenerator(seed: 3)
        var bytes = (0..<rows * depth).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        for k in 0..<min(depth, bytes.count) { bytes[k] = 255 }
        var (weights, packed) = signs(columns, depth, seed: 4)
        // The first output all +1: the largest sum.
        if columns > 0 {
            for k in 0..<depth { (weights[k], packed[0, k]) = (1, true) }
        }
        var sums = [Int32](repeating: 7, count: rows * columns)
        let expected = (0..<rows * columns).map { at in
            let (i, j) = (at / columns, at % columns)
            return (0..<depth).reduce(Int32(0)) { $0 + Int32(bytes[i * depth + $1]) * Int32(weights[j * depth + $1]) }
        }
        sums.withUnsafeMutableBufferPointer { out in
            bytes.withUnsafeBufferPointer { Kernels(set).product(bytes: $0, rows: rows, BytePanels(packed), into: out) }
        }
        #expect(sums == expected)
    }

    @Test(arguments: sets, sizes + [200, 1001]) func packing(_ set: InstructionSet, _ columns: Int) {
        let rows = 3
        var values = floats(rows * columns, seed: 5)
        let odd: [Float] = [0, -0.0, .nan, -.nan, .infinity, -.infinity, 1, -1, Float(1).nextUp, .leastNonzeroMagnitude, -.leastNonzeroMagnitude]
        for (at, value) in zip(stride(from: 0, to: values.count, by: 3), odd) { values[at] = value }
        let tensor = Tensor(values, shape: [rows, columns])
        let kernels = Kernels(set)
        let (packed, within) = (kernels.packSigns(tensor), kernels.packWithin(tensor, limit: 1, parallel: Parallel(threads: 2)))
        #expect(packed.paddingIsZero && within.paddingIsZero)
        let unpacked = kernels.unpackSigns(packed)
        for i in 0..<rows {
            for j in 0..<columns {
                let value = values[i * columns + j]
                #expect(packed[i, j] == (value >= 0) && within[i, j] == (abs(value) <= 1))
                #expect(unpacked[i * columns + j] == (value >= 0 ? 1 : -1))
            }
        }
    }
}
