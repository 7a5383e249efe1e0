import BitCore
import Foundation
import Testing
import _TestSupport

/// Products of reals in the fixed order: the same bits as a plain loop of fused multiply-adds, on every instruction set and number of threads.
@Suite struct RealProductTests {
    static func random(_ count: Int, _ generator: inout SeededGenerator) -> [Float] { (0..<count).map { _ in generator.normal() } }

    /// Σ over the window, taps row-major, channels innermost.
    static func plain(_ image: [Float], batch: Int, _ kernel: [Float], _ geometry: ConvolutionGeometry) -> [Float] {
        let (perGroup, outputs) = (geometry.channels / geometry.groups, geometry.outputs / geometry.groups)
        let outside: Float = geometry.padding == .plusOne ? 1 : 0
        var result: [Float] = []
        for item in 0..<batch {
            for position in 0..<geometry.positions.positions {
                let (y, x) = position.quotientAndRemainder(dividingBy: geometry.positions.width)
                for o in 0..<geometry.outputs {
                    var sum: Float = 0
                    var k = o * geometry.depth
                    for tap in 0..<geometry.window.taps {
                        let (row, column) = (
                            geometry.positions.sourceRow(y, tap: tap / geometry.window.width),
                            geometry.positions.sourceColumn(x, tap: tap % geometry.window.width)
                        )
                        for c in 0..<perGroup {
                            var value = outside
                            if let row, let column {
                                value = image[((item * geometry.image[0] + row) * geometry.image[1] + column) * geometry.channels + o / outputs * perGroup + c]
                            }
                            sum = sum.addingProduct(value, kernel[k])
                            k += 1
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    @Test(arguments: Padding.allCases, [(1, 1, 1), (2, 1, 1), (1, 2, 2), (2, 3, 4), (1, 1, 8)])
    func everyWindow(_ padding: Padding, _ form: (Int, Int, Int)) throws {
        var generator = SeededGenerator(seed: 3)
        for (window, outputs) in [(Window(3, 2, stride: form.0, dilation: form.1), 24), (Window(1, stride: form.0), 72), (Window(3, stride: form.0), 8)] {
            let geometry = try ConvolutionGeometry([9, 8, 8], window, padding, outputs: outputs, groups: form.2)
            let image = Self.random(3 * geometry.image.count, &generator)
            let kernel = Self.random(geometry.kernel.count, &generator)
            let expected = Self.plain(image, batch: 3, kernel, geometry)
            let prepared = RealConvolution(Tensor(kernel, shape: geometry.kernel), geometry)
            for isa in InstructionSet.supported {
                for threads in 1...4 {
                    let found = Kernels(isa).convolve(
                        Tensor(image, shape: geometry.image.batched(3)), prepared, parallel: Parallel(threads: threads)
                    ).elements
                    let same = found.map(\.bitPattern) == expected.map(\.bitPattern)
                    #expect(same, "\(isa) \(threads) threads, \(geometry)")
                }
            }
        }
    }

    @Test(arguments: [(1, 1, 1), (1, 512, 10), (7, 33, 65), (20, 100, 48), (3, 0, 5), (0, 4, 4), (13, 64, 129)])
    func everyProduct(_ extents: (rows: Int, depth: Int, outputs: Int)) {
        var generator = SeededGenerator(seed: 4)
        let (rows, depth, outputs) = extents
        let (x, w) = (Self.random(rows * depth, &generator), Self.random(outputs * depth, &generator))
        var expected: [Float] = []
        for i in 0..<rows {
            for j in 0..<outputs { expected.append((0..<depth).reduce(Float(0)) { $0.addingProduct(x[i * depth + $1], w[j * depth + $1]) }) }
        }
        for isa in InstructionSet.supported {
            for threads in [1, 3] {
                let found = Kernels(isa).product(
                    Tensor(x, shape: [rows, depth]), RealPanels(Tensor(w, shape: [outputs, depth])), parallel: Parallel(threads: threads))
                #expect(found.shape == [rows, outputs] && found.elements.map(\.bitPattern) == expected.map(\.bitPattern))
            }
        }
    }
}
