import BitCore
import Testing
import _TestSupport

/// Convolutions on bits and bytes against nested loops: exact, on every instruction set, for one thread and for two.
@Suite struct PackedConvolutionTests {
    static func geometries() throws -> [ConvolutionGeometry] { try ConvolutionShapes.chosen() + ConvolutionShapes.random(40, seed: 1) }

    func values(_ bits: PackedTensor) -> [Double] { Kernels.active.unpackSigns(bits).elements.map { Double($0) } }

    @Test(arguments: try geometries()) func signsBySigns(_ geometry: ConvolutionGeometry) {
        let batch = 2
        var generator = SeededGenerator(seed: 2)
        let image = PackedTensor.random(geometry.image.batched(batch), &generator)
        let kernel = PackedTensor.random(geometry.kernel, &generator)
        let expected = ConvolutionOracle(geometry).forward(batch: batch, image: values(image), kernel: values(kernel))
        let thresholds = (0..<geometry.outputs).map { [0, 1, -3, Int32.max, .min, 8][$0 % 6] }
        let convolution = BinaryConvolution(kernel, geometry)
        for set in InstructionSet.supported {
            let kernels = Kernels(set)
            for threads in [1, 2] {
                let parallel = Parallel(threads: threads)
                var floats = [Float](repeating: .nan, count: expected.count)
                floats.withUnsafeMutableBufferPointer { kernels.convolve(image, convolution, into: $0, parallel: parallel) }
                #expect(floats.map { Double($0) } == expected)
                var integers = [Int32](repeating: 99, count: expected.count)
                integers.withUnsafeMutableBufferPointer { kernels.convolve(image, convolution, into: $0, parallel: parallel) }
                #expect(integers == expected.map { Int32($0) })
                let bits = kernels.convolve(image, convolution, thresholds: thresholds, parallel: parallel)
                #expect(bits.shape == geometry.output.batched(batch) && bits.paddingIsZero)
                let outputs = geometry.outputs
                #expect(
                    integers.indices.allSatisfy { bits[$0 / outputs, $0 % outputs] == (integers[$0] >= thresholds[$0 % outputs]) })
            }
        }
    }

    @Test(arguments: try geometries()) func bytesBySigns(_ geometry: ConvolutionGeometry) {
        let batch = 2
        var generator = SeededGenerator(seed: 3)
        let image = (0..<batch * geometry.image.count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let kernel = PackedTensor.random(geometry.kernel, &generator)
        let oracle = ConvolutionOracle(geometry, outside: 77)
        let expected = oracle.forward(batch: batch, image: image.map { Double($0) }, kernel: values(kernel))
        let convolution = ByteConvolution(kernel, geometry)
        for set in InstructionSet.supported {
            for threads in [1, 2] {
                var sums = [Int32](repeating: 99, count: expected.count)
                sums.withUnsafeMutableBufferPointer { sums in
                    image.withUnsafeBufferPointer {
                        Kernels(set).convolve(
                            bytes: $0, batch: batch, convolution, outside: 77, into: sums, parallel: Parallel(threads: threads))
                    }
                }
                #expect(sums == expected.map { Int32($0) })
            }
        }
    }

    /// More taps times positions than a map lists: a window of 300×300 over an image of 300×300 sees less of it from its sides.
    @Test func windowsBeyondAMap() throws {
        let geometry = try ConvolutionGeometry(
            [300, 300, 1], Window(300), .zero, margins: Margins(top: 2, left: 100, bottom: 0, right: 99), outputs: 1)
        #expect(geometry.positions.positions * geometry.window.taps > 1 << 24)
        let ones = PackedTensor(words: [UInt64](repeating: 1, count: 300 * 300), shape: geometry.image.batched(1))
        let kernel = PackedTensor(words: [UInt64](repeating: 1, count: 300 * 300), shape: geometry.kernel)
        var sums = [Int32](repeating: 0, count: geometry.output.count)
        sums.withUnsafeMutableBufferPointer {
            Kernels.active.convolve(ones, BinaryConvolution(kernel, geometry), into: $0, parallel: Parallel(threads: 2))
        }
        for y in 0..<3 {
            for x in 0..<200 {
                // All products are 1: as many as pixels that the window sees.
                #expect(sums[y * 200 + x] == Int32((298 + y) * (300 - abs(x - 100))))
            }
        }
    }
}
